import { orderCodePoints } from '../values/version.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { Document1 } from './document.ts';
import { labelOf } from './label.ts';
import { lineOf, linesOf } from './lines.ts';
import { sha256 } from './sha256.ts';

/** Headers in canonical text and order, and where it is there already the whole as text. */
type Printable = Pick<Document1, 'headers'> & Partial<Pick<Document1, 'text'>>;

/** The SHA-256 of a text's UTF-8, in small hexadecimal. */
export type Digest = (text: string) => string;

/** The canonical text; the empty line that ends a document on a connection is no part of it. */
export function printDocument1({ headers, text }: Printable): string {
  return text ?? linesOf(headers);
}

/** What may differ between two copies of one document. */
const unhashed: ReadonlySet<string> = new Set(['In-reply-to', 'Cursor', 'Signature']);

/**
 * The digest of the canonical text without In-reply-to, Cursor and Signature. A service may give the digest of its
 * system, which is faster.
 */
export function documentHash(document: Printable, digest: Digest = sha256): string {
  const headers = document.headers.filter(({ name }) => !unhashed.has(name));
  return digest(
    headers.length === document.headers.length ? printDocument1(document) : printDocument1({ headers }),
  );
}

/**
 * The digest of what decides an answer: clauses, terms, Critical and Limit, a line each, sorted by code point. Budgets
 * keep their order and are sorted as one, by the first.
 */
export function clauseHash({ headers }: Pick<Document1, 'headers'>, digest: Digest = sha256): string {
  const lines: string[] = [];
  let budgets = '';
  for (const header of headers) {
    const row = rowOf(header.name);
    if (row?.name === 'Budget' || labelOf(header.name).row?.name === 'Budget') budgets += lineOf(header);
    else if (row?.kind !== 'envelope' || row.name === 'Critical' || row.name === 'Limit')
      lines.push(lineOf(header));
  }
  if (budgets !== '') lines.push(budgets);
  return digest(lines.sort(orderCodePoints).join(''));
}
