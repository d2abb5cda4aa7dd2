import { csvLine } from '../../client/sweeps/csv.ts';
import type { EntryView } from '../../protocol/accounts.ts';

/** The columns of a statement as comma-separated values (RFC 4180). */
const columns: readonly (readonly [string, (entry: EntryView) => string])[] = [
  ['entry', ({ entry }) => `${entry}`],
  ['at', ({ at }) => new Date(at).toISOString()],
  ['kind', ({ kind }) => kind],
  ['cause', ({ cause }) => cause],
  ['amount', ({ amount }) => amount],
  ['balance', ({ balance }) => balance],
  ['memo', ({ memo }) => memo ?? ''],
];

/** What the columns are called. */
export const statementHead = csvLine(columns.map(([name]) => name));

/** An entry of an account. */
export function statementLine(entry: EntryView): string {
  return csvLine(columns.map(([, of]) => plainCell(of(entry))));
}

/** A program of tables would run what begins like a formula. */
function plainCell(text: string): string {
  return /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
}
