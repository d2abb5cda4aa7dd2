import type { Price, Sliced, Supply } from '../../grammar/index.ts';
import { type Points, thinned } from './points.ts';

/** What is looked for, and how much of it is kept. */
export interface LookRules {
  /** Only this one; all where it is undefined. */
  readonly application: string | undefined;
  /** How many different (application, currency, unit) are counted; of more, those of the first rows. */
  readonly mostSeries: number;
  /** How many different amounts of each. */
  readonly mostPoints: number;
}

/** What is asked for one application in one currency by one unit. */
export interface Series {
  readonly application: string;
  readonly currency: string;
  /** cpu-h, h, gpu-h, GiB-h, task or job; what is charged once is by job. */
  readonly unit: string;
}

/** What Tells asked of it at a moment. */
export interface Seen extends Series {
  readonly points: Points;
}

/** A Tell with more applications counts for these. */
const mostApplications = 100;
/** A longer name, in characters, is no application of which somebody asks for the history. */
const longestName = 200;
/** How many rows without a price, or amounts, one slice looks at. */
const effortASlice = 4_000;
/** What it takes to see that a row has a price. */
const effortOfPriced = 4;

/** What live Tells ask now: each counts once for each application that it says, with the sum of its rates of a unit. */
export function* seenIn(supply: Supply, rules: LookRules): Sliced<Seen[]> {
  const { application: wanted, mostSeries } = rules;
  const found = new Map<string, { readonly series: Series; points: Map<bigint, number> }>();
  const sums = new WeakMap<readonly Price[], readonly Sum[]>();
  let effort = 0;
  for (let row = 0; row < supply.rows; row += 1) {
    effort += 1;
    if (effort >= effortASlice) {
      effort = 0;
      yield;
    }
    const prices = supply.prices.at(supply.priceOf(row));
    if (prices === undefined || !supply.has(row)) continue;
    effort += effortOfPriced;
    const known = sums.get(prices) ?? sumsOf(prices);
    sums.set(prices, known);
    for (const application of applicationsOf(supply, row)) {
      if (wanted !== undefined && application !== wanted) continue;
      effort += known.length;
      for (const { currency, unit, nano } of known) {
        const key = `${currency} ${unit} ${application}`;
        let seen = found.get(key);
        if (seen === undefined) {
          if (found.size >= mostSeries) continue;
          seen = { series: { application, currency, unit }, points: new Map() };
          found.set(key, seen);
        }
        add(seen, nano, rules.mostPoints);
      }
    }
  }
  return [...found.values()].map(({ series, points }) => ({ ...series, points }));
}

interface Sum {
  readonly currency: string;
  readonly unit: string;
  readonly nano: bigint;
}

function sumsOf(prices: readonly Price[]): Sum[] {
  return prices.flatMap(({ currency, rates }) => {
    const byUnit = new Map<string, bigint>();
    for (const { per: unit = 'job', nano } of rates) byUnit.set(unit, (byUnit.get(unit) ?? 0n) + nano);
    return [...byUnit].map(([unit, nano]) => ({ currency, unit, nano }));
  });
}

function applicationsOf(supply: Supply, row: number): string[] {
  const fact = supply.column('application')?.factAt(row);
  const names = (fact?.values ?? [])
    .slice(0, mostApplications)
    .flatMap((value) => (value.kind === 'string' && value.text.length <= longestName ? value.text : []));
  return [...new Set(names)];
}

/** Once more; where there are too many different ones, neighbours become one. */
function add(seen: { points: Map<bigint, number> }, nano: bigint, most: number): void {
  seen.points.set(nano, (seen.points.get(nano) ?? 0) + 1);
  if (seen.points.size >= 2 * most) seen.points = new Map(thinned(seen.points, most));
}
