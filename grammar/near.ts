/**
 * The candidate that a name was likely meant to be: one or two slips of the hand away (letters left out, added,
 * changed or swapped; case does not count), nothing where none is that near.
 */
export function nearest<T extends string>(name: string, candidates: readonly T[]): T | undefined {
  return nearestFirst(name, candidates)[0];
}

/** All candidates that a name may have been meant to be, the nearest first, those equally near in their order. */
export function nearestFirst<T extends string>(name: string, candidates: readonly T[]): T[] {
  const lower = name.toLowerCase();
  return candidates
    .flatMap((candidate) => {
      const allowed = candidate.length < 6 ? 1 : 2;
      if (Math.abs(name.length - candidate.length) > allowed) return [];
      const slips = distance(lower, candidate.toLowerCase(), allowed);
      return slips <= allowed ? [{ candidate, slips }] : [];
    })
    .sort((a, b) => a.slips - b.slips)
    .map(({ candidate }) => candidate);
}

/**
 * Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours, each counted as one. Of
 * texts that are further apart than `most` it says only that.
 */
function distance(a: string, b: string, most: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  let leastBefore = 0;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (last[j - 1] as number) + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      let slips = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, changed);
      const isSwap = j > 1 && i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) slips = Math.min(slips, (beforeLast[j - 2] as number) + 1);
      row.push(slips);
      least = Math.min(least, slips);
    }
    // A swap goes on from the row before, so both must be beyond it.
    if (least > most && leastBefore > most) return Number.POSITIVE_INFINITY;
    leastBefore = least;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? a.length;
}
