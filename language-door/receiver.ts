import { type Diagnostic, type Document, diagnosticSentence } from '../grammar/index.ts';
import type { Sender } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';

/**
 * The language door of a service: takes one document in, returns the documents that answer it, after its
 * commit. What it refuses it throws as a Refusal.
 */
export type Receiver = (document: Document, sender: Sender) => Promise<readonly Document[]>;

/** A document that breaks the rules of the language, told over a door that has no lines of its own to tell it in. */
export function documentRefused(diagnostics: readonly Diagnostic[]): Refusal {
  return new Refusal(failure('document-refused', diagnostics.map(diagnosticSentence).join('\n')));
}
