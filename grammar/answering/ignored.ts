import type { Header } from '../document.ts';
import type { Matcher, Sliced, Supply } from '../matching/index.ts';

/** The terms that are left out for a Tell that matches, a header each: of a snapshot, or of the Tells as they are. */
export function* ignoredBy(matcher: Matcher, snapshot?: ReturnType<Supply['snapshot']>): Sliced<Header[]> {
  const { promises } = matcher.ask;
  const ignored = new Set<string>();
  if (promises.length === 0) return [];
  for (const rows of matcher.matching(snapshot)) {
    for (const row of rows) for (const term of matcher.ignored(row)) ignored.add(term);
    if (ignored.size === promises.length) break;
    yield;
  }
  return promises.filter((term) => ignored.has(term)).map((value) => ({ name: 'Ignored', value }));
}
