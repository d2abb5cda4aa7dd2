import { aboutAsker, aboutTeller, taken } from './clauses.ts';
import { envelope } from './envelope.ts';
import type { Row } from './row.ts';
import { terms } from './terms.ts';

/** The standard names of version 1.0; any other is a clause about the teller, typed by its value. */
export const names: readonly Row[] = [...envelope, ...terms, ...taken, ...aboutTeller, ...aboutAsker];

const bySpelling: ReadonlyMap<string, Row> = new Map(
  names.flatMap((row) => [
    [row.name, row],
    [row.name.toLowerCase(), row],
  ]),
);

/** The row of a name, however its letters are written; nothing where it is no standard name. */
export function rowOf(name: string): Row | undefined {
  return bySpelling.get(name) ?? bySpelling.get(name.toLowerCase());
}
