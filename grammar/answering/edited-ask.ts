import type { Header } from '../document.ts';
import type { Document1 } from '../documents/document.ts';
import type { Party } from '../documents/model.ts';
import { DocumentReader } from '../documents/read.ts';
import type { Edit } from '../matching/index.ts';

/**
 * An Ask with one of its headers changed or taken out; nothing where that is no Ask. Who reads many documents gives the
 * reader that remembers them.
 */
export function editedAsk(
  { headers }: Document1,
  { header, instead }: Edit,
  reader = new DocumentReader(),
): Party | undefined {
  const lines = headers.map(({ name, value }) => `${name}: ${value}`);
  const exact = lines.indexOf(header);
  const at = exact < 0 ? placeOfCount(headers, header) : exact;
  if (at < 0) return undefined;
  const edited = lines.toSpliced(at, 1, ...(instead === undefined ? [] : [instead]));
  const [reading] = reader.readText(edited.join('\n'));
  const document = reading !== undefined && 'document' in reading ? reading.document : undefined;
  return document !== undefined && 'envelope' in document ? document.party : undefined;
}

/** An edit knows the number of Count, and not how the Ask spells it: `04` is 4 too. */
function placeOfCount(headers: readonly Header[], edited: string): number {
  const [name = '', number] = edited.split(': ');
  if (!/^Count\??$/.test(name)) return -1;
  return headers.findIndex((header) => header.name === name && Number(header.value) === Number(number));
}
