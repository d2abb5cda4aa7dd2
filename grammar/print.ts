import type { Document } from './document.ts';
import { knownName, printed } from './vocabulary.ts';

/**
 * The canonical text: the headers that the language knows in its order and spelling, then the others as they came;
 * each ends with LF. The empty line that ends a document on a connection is no part of it.
 */
export function printDocument({ language, headers }: Document): string {
  const order = printed[language];
  const known: string[] = order.map(() => '');
  let others = '';
  for (const { name, value } of headers) {
    const spelled = knownName(language, name);
    if (spelled === undefined) others += `${name}: ${value}\n`;
    else known[order.indexOf(spelled)] = `${spelled}: ${value}\n`;
  }
  return known.join('') + others;
}

/** Documents one after another with one empty line between them, and none at the end. */
export function printDocuments(documents: Iterable<Document>): string {
  return Array.from(documents, printDocument).join('\n');
}
