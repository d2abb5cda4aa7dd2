import type { Header } from '../document.ts';
import { dealRowOf } from '../vocabulary/deals.ts';
import { rowOf } from '../vocabulary/names.ts';

/**
 * The terms of a deal after a Counter or an Amend, which say only what changes: under each name that they say, what they
 * say, at its place; new names at the end. What is about the documents or the deal itself is no term and left out.
 */
export function changedTerms(terms: readonly Header[], changes: readonly Header[]): readonly Header[] {
  const [before, after] = [terms.filter(isTerm), changes.filter(isTerm)];
  const changed = Map.groupBy(after, ({ name }) => name.toLowerCase());
  const result: Header[] = [];
  for (const header of before) {
    const name = header.name.toLowerCase();
    const instead = changed.get(name);
    if (instead === undefined) result.push(header);
    else if (!result.some((said) => said.name.toLowerCase() === name)) result.push(...instead);
  }
  const said = new Set(before.map(({ name }) => name.toLowerCase()));
  result.push(...after.filter(({ name }) => !said.has(name.toLowerCase())));
  return result;
}

/** Whether a header of a deal's document is a term of the deal. */
function isTerm({ name }: Header): boolean {
  const row = rowOf(name);
  return row === undefined ? dealRowOf(name) === undefined : row.kind !== 'envelope';
}
