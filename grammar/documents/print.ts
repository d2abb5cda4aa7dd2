import type { Header } from '../document.ts';
import { orderCodePoints } from '../values/version.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { Document1 } from './document.ts';
import { labelOf } from './label.ts';
import { sha256 } from './sha256.ts';

/** The canonical text; the empty line that ends a document on a connection is no part of it. */
export function printDocument1({ headers }: Pick<Document1, 'headers'>): string {
  return headers.map(lineOf).join('');
}

function lineOf({ name, value }: Header): string {
  return value === '' ? `${name}:\n` : `${name}: ${value}\n`;
}

/** What may differ between two copies of one document. */
const unhashed: readonly string[] = ['In-reply-to', 'Cursor', 'Signature'];

/** SHA-256 of the canonical text without In-reply-to, Cursor and Signature, in small hexadecimal. */
export function documentHash({ headers }: Pick<Document1, 'headers'>): string {
  return sha256(printDocument1({ headers: headers.filter(({ name }) => !unhashed.includes(name)) }));
}

/**
 * SHA-256 of what decides an answer: clauses, terms, Critical and Limit, a line each, sorted by code point. Budgets
 * keep their order and are sorted as one, by the first.
 */
export function clauseHash({ headers }: Pick<Document1, 'headers'>): string {
  const lines: string[] = [];
  let budgets = '';
  for (const header of headers) {
    const row = rowOf(header.name);
    if (row?.name === 'Budget' || labelOf(header.name).row?.name === 'Budget') budgets += lineOf(header);
    else if (row?.kind !== 'envelope' || row.name === 'Critical' || row.name === 'Limit')
      lines.push(lineOf(header));
  }
  if (budgets !== '') lines.push(budgets);
  return sha256(lines.sort(orderCodePoints).join(''));
}
