import type { Claim } from './claims.ts';
import { Profile } from './profile.ts';
import { type Timeline, timesFit } from './timeline.ts';

/**
 * Those of what is held and reserved of a node that do not fit what it has any more: the newest, for who came before keeps
 * what they were promised. What is past counts no more.
 */
export function shortOf(
  { total, spans }: Pick<Timeline, 'total' | 'spans'>,
  claims: readonly Claim[],
  now: number,
): ReadonlySet<Claim> {
  const short = new Set<Claim>();
  const taken = new Profile();
  for (const one of claims.toSorted((a, b) => a.deal - b.deal)) {
    if (one.until <= now) continue;
    if (timesFit({ total, taken, spans }, one.span.amounts, Math.max(one.from, now), one.until) < 1)
      short.add(one);
    else taken.add(one.span);
  }
  return short;
}
