import type { Document1, DocumentReader, Edit, Party } from '../grammar/index.ts';

/** An Ask with one of its headers changed or taken out; nothing where that is no Ask. */
export function editedAsk(
  { headers }: Document1,
  { header, instead }: Edit,
  reader: DocumentReader,
): Party | undefined {
  const lines = headers.map(({ name, value }) => `${name}: ${value}`);
  const at = lines.indexOf(header);
  if (at < 0) return undefined;
  const edited = lines.toSpliced(at, 1, ...(instead === undefined ? [] : [instead]));
  const [reading] = reader.readText(edited.join('\n'));
  const document = reading !== undefined && 'document' in reading ? reading.document : undefined;
  return document !== undefined && 'envelope' in document ? document.party : undefined;
}
