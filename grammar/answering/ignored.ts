import type { Header } from '../document.ts';
import { leftOut, type Matcher, type Sliced, type Snapshot } from '../matching/index.ts';

/** The terms that are left out for a Tell that matches, a header each: of a snapshot, or of the Tells as they are. */
export function* ignoredBy(matcher: Matcher, snapshot?: Snapshot): Sliced<Header[]> {
  const terms = yield* leftOut(matcher, snapshot);
  return terms.map((value) => ({ name: 'Ignored', value }));
}
