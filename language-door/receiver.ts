import {
  type AnyReading,
  type Diagnostic,
  type Document,
  type Document1,
  DocumentReader,
  diagnosticSentence,
  newFindings,
} from '../grammar/index.ts';
import type { Sender } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { checkAllowed } from './allowed.ts';
import type { Line } from './line.ts';
import { notUnderstood, type Reply } from './reply.ts';

export type { Line } from './line.ts';

/** A document of a version that is read here. */
export type AnyDocument = Document | Document1;

/**
 * The language door of a service: takes one document in, returns the documents that answer it, after its
 * commit. What it refuses it throws as a Refusal. `text` is the document as it was sent, in whatever encoding;
 * `line` is there where the connection stays open after the answer.
 */
export type Receiver = (
  document: AnyDocument,
  sender: Sender,
  text: string,
  line?: Line,
) => Promise<readonly Reply[]>;

/**
 * What a service may have beside it: takes a text that this sender sent before, and that therefore need not be read
 * again; nothing where it has to be read.
 */
export type Repeats = (text: string, sender: Sender) => Promise<readonly Reply[]> | undefined;

/** A service as its doors see it: who takes its documents, and who reads them, once for all doors. */
export interface LanguageDoor {
  readonly receive: Receiver;
  readonly repeats: Repeats | undefined;
  readonly reader: DocumentReader;
}

export function languageDoor(receive: Receiver, repeats?: Repeats): LanguageDoor {
  return { receive, repeats, reader: new DocumentReader({ findings: newFindings() }) };
}

/** What answers one document of a door that has no lines of its own to tell of warnings and refusals in. */
export interface Answered {
  /** Come after its commit, or reject with the Refusal. */
  readonly replies: Promise<readonly Reply[]>;
  /** Nothing answers it but that it was taken, which a Tell of version 0.1 asks for. */
  readonly isSilent: boolean;
  /** What is likely wrong with the document, a sentence each. */
  readonly warnings: readonly string[];
}

/** Hands on what was read. What this sender may not say is thrown as a Refusal. */
export function received(
  reading: AnyReading,
  receive: Receiver,
  sender: Sender,
  text: string,
  line: Line | undefined,
): Answered {
  if ('document' in reading) {
    const { document } = reading;
    checkAllowed(document, sender);
    const replies = receive(document, sender, text, line);
    const isSilent = !('envelope' in document) && document.action === 'Tell';
    return { replies, isSilent, warnings: reading.warnings.map(diagnosticSentence) };
  }
  if (reading.unread !== undefined)
    return { replies: Promise.resolve([notUnderstood(reading.unread)]), isSilent: false, warnings: [] };
  return refused(reading.diagnostics);
}

/** A document that breaks the rules of the language. */
function refused(diagnostics: readonly Diagnostic[]): Answered {
  const said = (wanted: Diagnostic['severity']) =>
    diagnostics.filter(({ severity }) => severity === wanted).map(diagnosticSentence);
  const refusal = new Refusal(failure('document-refused', said('error').join('\n')));
  return { replies: Promise.reject(refusal), isSilent: false, warnings: said('warning') };
}
