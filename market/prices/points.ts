/** Different amounts in 10^-9 of a currency, and how often each was asked. */
export type Points = ReadonlyMap<bigint, number>;

/** How amounts are spread: each is one that was really asked. */
export interface Spread {
  readonly least: bigint;
  readonly lower: bigint;
  readonly median: bigint;
  readonly upper: bigint;
  readonly most: bigint;
}

/** Where a quarter, a half and three quarters have been counted, from the least on; undefined of none. */
export function spreadOf(points: Points): Spread | undefined {
  const sorted = sortedOf(points);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const all = sorted.reduce((sum, [, times]) => sum + times, 0);
  const at = (quarters: number) => {
    let counted = 0;
    const found = sorted.find(([, times]) => {
      counted += times;
      return counted * 4 >= all * quarters;
    });
    return (found ?? last)[0];
  };
  return { least: first[0], lower: at(1), median: at(2), upper: at(3), most: last[0] };
}

/** All of both. */
export function together(one: Points, other: Points): Points {
  const sum = new Map(one);
  for (const [nano, times] of other) sum.set(nano, (sum.get(nano) ?? 0) + times);
  return sum;
}

/**
 * No more than `most` different amounts, at least two: of two neighbours the one that was asked less counts as the other,
 * again and again; the least and the most stay.
 */
export function thinned(points: Points, most: number): Points {
  let sorted = sortedOf(points);
  while (sorted.length > most) {
    const last = sorted.length - 1;
    const pairs = Math.ceil((sorted.length - 2) / 2);
    const inner = Array.from({ length: pairs }, (_, pair) => {
      const [one, other] = [sorted[1 + 2 * pair], sorted[2 + 2 * pair]];
      if (one === undefined || other === undefined || 2 + 2 * pair === last) return one;
      const [nano] = other[1] > one[1] ? other : one;
      return [nano, one[1] + other[1]] as const;
    });
    if (inner.length === sorted.length - 2) break;
    sorted = [sorted[0], ...inner, sorted[last]].filter((point) => point !== undefined);
  }
  return new Map(sorted);
}

/** As it is kept in a row. */
export function pointsText(points: Points): string {
  return JSON.stringify(sortedOf(points).map(([nano, times]) => [String(nano), times]));
}

/** Of such a text. */
export function pointsOf(text: string): Points {
  const read = JSON.parse(text) as readonly [string, number][];
  return new Map(read.map(([nano, times]) => [BigInt(nano), times]));
}

function sortedOf(points: Points): (readonly [bigint, number])[] {
  return [...points].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
