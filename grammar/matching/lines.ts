import type { Header } from '../document.ts';
import type { Explanation } from './explain.ts';
import type { Matcher } from './matcher.ts';
import type { Closest } from './tally.ts';

/** The headers of a Because, from Matched on; suggestions come apart. */
export function becauseHeaders(matcher: Matcher, { matched, of, ...found }: Explanation): Header[] {
  const at = ({ text, id }: Closest) => (text === undefined ? '' : `; nearest ${text} at ${id}`);
  const headers: Header[] = [{ name: 'Matched', value: `${matched} of ${of}` }];
  for (const term of found.ignored) headers.push({ name: 'Ignored', value: term });
  for (const { clause, tally } of found.clauses) {
    const { yes, no, unsaid, alone, nearest } = tally;
    const counts = `${yes} yes, ${no} no, ${unsaid} unsaid; alone stops ${alone}`;
    headers.push({ name: 'Clause', value: `${clause.header} -> ${counts}${at(nearest)}` });
  }
  for (const { spelled, no, unsaid, nearest } of found.demands.refusals) {
    const counts = [no > 0 ? `${no} no` : '', unsaid > 0 ? `${unsaid} unsaid` : ''].filter(
      (count) => count !== '',
    );
    headers.push({ name: 'Refused-by', value: `${spelled} -> ${counts.join(', ')}${at(nearest)}` });
  }
  const unknown = matcher.ask.promises.flatMap((term) => {
    const count = found.demands.unknownTerms.get(term);
    return count === undefined ? [] : `${count} do not know ${term}`;
  });
  if (unknown.length > 0) headers.push({ name: 'Refused-by', value: `Understands -> ${unknown.join(', ')}` });
  if (found.demands.soldOut > 0) {
    headers.push({ name: 'Refused-by', value: `Slots -> ${found.demands.soldOut} no` });
  }
  for (const note of found.notes) headers.push({ name: 'Note', value: note });
  return headers;
}
