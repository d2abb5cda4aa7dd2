import { type AnyDocument, DocumentClient } from '../../client/index.ts';
import { annotatedDiagnostic, type Document1 } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { serviceAt } from '../services.ts';
import { readInput } from '../sla/files.ts';
import { documentsOf } from '../sla/readings.ts';
import type { Context } from './context.ts';

/** The service that takes a document: of SLA the market, or the broker where that is wanted; of RESOURCE infogather. */
export function clientFor(context: Context, { language }: AnyDocument, broker = false): DocumentClient {
  const sla = broker ? 'broker' : 'market';
  const name = language === 'RESOURCE' ? 'infogather' : sla;
  return new DocumentClient(serviceAt(context, name), `/${name}`);
}

/**
 * The documents of a file, or of standard input where it is `-`, all checked before the first is sent. Throws a
 * Refusal where one is refused, or is none of `actions`.
 */
export async function documentsToSend(
  { out }: Context,
  file: string,
  actions: readonly AnyDocument['action'][],
): Promise<AnyDocument[]> {
  const input = await readInput(file);
  const { documents, warnings } = documentsOf(input);
  for (const warning of warnings) out.note(annotatedDiagnostic(warning).trimEnd());
  const other = documents.find(({ action }) => !actions.includes(action));
  if (other === undefined) return documents;
  const { action } = other;
  const article = /^[AUO]/.test(action) ? 'an' : 'a';
  const command = commandsOf[action];
  throw new Refusal(
    failure(
      'wrong-service',
      `${input.name} holds ${article} ${action}`,
      command === undefined ? 'take it out' : `use ogm ${command}`,
    ),
  );
}

/** Version 0.1 has neither reasons nor cursors. */
export function asksOfVersion1(documents: readonly AnyDocument[]): Document1[] {
  return documents.map((document) => {
    if ('envelope' in document) return document;
    throw new Refusal(
      failure(
        'wrong-service',
        'an Ask of version 0.1 is answered by Tells alone',
        `write '${document.language}-version: 1.0' in its first line`,
      ),
    );
  });
}

/** Which command sends a document. */
const commandsOf: Readonly<Partial<Record<AnyDocument['action'], string>>> = {
  Tell: 'tell',
  Untell: 'tell',
  Ask: 'ask',
  Why: 'why',
  Watch: 'watch',
};
