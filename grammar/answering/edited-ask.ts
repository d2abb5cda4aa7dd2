import type { Document1 } from '../documents/document.ts';
import type { Party } from '../documents/model.ts';
import { readAnyDocuments } from '../documents/read.ts';
import type { Edit } from '../matching/index.ts';

/** An Ask with one of its headers changed or taken out; nothing where that is no Ask. */
export function editedAsk({ headers }: Document1, { header, instead }: Edit): Party | undefined {
  const lines = headers.map(({ name, value }) => `${name}: ${value}`);
  const at = lines.indexOf(header);
  if (at < 0) return undefined;
  const [reading] = readAnyDocuments(
    lines.toSpliced(at, 1, ...(instead === undefined ? [] : [instead])).join('\n'),
  );
  const document = reading !== undefined && 'document' in reading ? reading.document : undefined;
  return document !== undefined && 'envelope' in document ? document.party : undefined;
}
