import { type Document1, printDocument1, readAnyDocuments } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** A document of version 1.0 in which headers stand with other values: in the place of one of that name, or new. */
export function rewritten(document: Document1, changes: Readonly<Record<string, string>>): Document1 {
  const headers = document.headers.map(({ name, value }) => ({
    name,
    value: (Object.hasOwn(changes, name) ? changes[name] : undefined) ?? value,
  }));
  for (const [name, value] of Object.entries(changes)) {
    if (!headers.some((header) => header.name === name)) headers.push({ name, value });
  }
  const [reading] = readAnyDocuments(printDocument1({ headers }));
  if (reading !== undefined && 'document' in reading && 'envelope' in reading.document)
    return reading.document;
  const problems = reading !== undefined && 'diagnostics' in reading ? reading.diagnostics : [];
  throw new Refusal(failure('document-refused', problems.map(({ message }) => message).join('\n')));
}
