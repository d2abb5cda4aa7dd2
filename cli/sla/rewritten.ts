import { type Document1, type Header, printDocument1, readAnyDocuments } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/**
 * A document of version 1.0 in which headers stand with other values: in the place of one of that name, or new. Without
 * those that are to be undefined.
 */
export function rewritten(
  document: Document1,
  changes: Readonly<Record<string, string | undefined>>,
): Document1 {
  const headers = document.headers.flatMap(({ name, value }) => {
    const instead = Object.hasOwn(changes, name) ? changes[name] : value;
    return instead === undefined ? [] : [{ name, value: instead }];
  });
  for (const [name, value] of Object.entries(changes)) {
    if (value !== undefined && !headers.some((header) => header.name === name)) headers.push({ name, value });
  }
  return documentOf(headers);
}

/** A document of version 1.0 with these headers. */
export function documentOf(headers: readonly Header[]): Document1 {
  const [reading] = readAnyDocuments(printDocument1({ headers }));
  if (reading !== undefined && 'document' in reading && 'envelope' in reading.document)
    return reading.document;
  const problems = reading !== undefined && 'diagnostics' in reading ? reading.diagnostics : [];
  throw new Refusal(failure('document-refused', problems.map(({ message }) => message).join('\n')));
}
