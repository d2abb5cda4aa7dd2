import type { Promised } from '../documents/model.ts';
import { printTest } from '../tests/print.ts';
import type { Test } from '../tests/test.ts';
import { isCritical, missing } from './demands.ts';
import type { Matcher } from './matcher.ts';
import { distanceOf, spanOf } from './nearest.ts';
import type { Demand } from './supply.ts';
import { Closest } from './tally.ts';
import { isFalse, isTrue } from './truth.ts';

/** How many of the Tells' own tests of one name an Ask does not pass. */
export class Refusals {
  readonly spelled: string;
  readonly name: string;
  readonly nearest = new Closest();
  /** The nearest of those that alone keep a Tell from matching. */
  readonly opening = new Closest();
  /** The test of `opening`. */
  openingTest: Test | undefined;
  no = 0;
  unsaid = 0;
  /** When the first Tell was told of which it was counted, and its place among all that was. */
  told = Number.POSITIVE_INFINITY;
  place = 0;

  constructor(spelled: string, name: string) {
    this.spelled = spelled;
    this.name = name;
  }
}

interface Known {
  readonly refusals: Refusals;
  /** How far the Ask's fact is from what the test takes, and the test. */
  readonly near: { readonly distance: number; readonly text: string } | undefined;
}

/** Counts what the Tells want of an Ask, in the order in which the first of each name was met. */
export class DemandTally {
  /** Terms that are critical to the Ask, and how many Tells do not know them. */
  readonly unknownTerms = new Map<Promised, number>();
  /** Tells without a slot left. */
  soldOut = 0;
  readonly #matcher: Matcher;
  readonly #byName = new Map<string, Refusals>();
  #met = 0;
  #known: (Known | undefined)[] = [];

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  /** Each name of whose tests the Ask does not pass some. */
  get refusals(): Refusals[] {
    return [...this.#byName.values()].sort((a, b) => a.told - b.told || a.place - b.place);
  }

  /** Counts a Tell, and says whether all that it wants is there. */
  count(row: number, told: number, othersHold: boolean): boolean {
    const { supply, demands } = this.#matcher;
    const manner = supply.mannerOf(row);
    const isUnderstood = demands.understands(manner) === isTrue;
    if (!isUnderstood) this.#countUnknown(manner);
    const hasSlots = supply.slotsOf(row) > 0;
    if (!hasSlots) this.soldOut += 1;
    const { items, begins, ends } = supply.wanted;
    const end = ends[row] as number;
    let failed = Number(!isUnderstood) + Number(!hasSlots);
    let last = -1;
    for (let at = begins[row] as number; at < end; at += 1) {
      const number = items[at] as number;
      const code = demands.verdict(number, row);
      if (code === isTrue) continue;
      failed += 1;
      last = number;
      this.#countFailed(number, code === isFalse, row, told);
    }
    if (failed === 1 && last >= 0 && othersHold) this.#opens(last, row, told);
    return failed === 0;
  }

  #countUnknown(manner: number): void {
    const { ask, supply } = this.#matcher;
    const manners = supply.manners.at(manner);
    if (manners === undefined) return;
    for (const term of missing(ask, manners)) {
      if (isCritical(ask, term)) this.unknownTerms.set(term, (this.unknownTerms.get(term) ?? 0) + 1);
    }
  }

  #countFailed(number: number, isNo: boolean, row: number, told: number): void {
    const demand = this.#matcher.supply.demands.at(number);
    if (demand === undefined) return;
    const { refusals, near } = this.#about(number, demand);
    this.#met += 1;
    // Tells are met in the order of the table's rows, and lines stand in that in which they were told.
    if (told < refusals.told) [refusals.told, refusals.place] = [told, this.#met];
    if (isNo) refusals.no += 1;
    else refusals.unsaid += 1;
    if (isNo && near !== undefined) refusals.nearest.offer(near.distance, near.text, row, told);
  }

  /** What is known of a demand by its number is forgotten when the number may be of another. */
  forget(): void {
    this.#known = [];
  }

  #about(number: number, demand: Demand): Known {
    const known = this.#known[number];
    if (known !== undefined) return known;
    const [spelled, name] = namesOf(demand);
    const refusals = this.#byName.get(spelled) ?? new Refusals(spelled, name);
    this.#byName.set(spelled, refusals);
    const about = { refusals, near: this.#near(demand) };
    this.#known[number] = about;
    return about;
  }

  #opens(number: number, row: number, told: number): void {
    const demand = this.#matcher.supply.demands.at(number);
    if (demand?.kind !== 'test') return;
    const { refusals, near } = this.#about(number, demand);
    if (near === undefined) return;
    refusals.opening.offer(near.distance, near.text, row, told);
    if (refusals.opening.row === row) refusals.openingTest = demand.test.test;
  }

  /** How far the Ask's fact is from what a Tell's test takes, and the test. */
  #near(demand: Demand): { distance: number; text: string } | undefined {
    if (demand.kind !== 'test') return undefined;
    const { test, name } = demand.test;
    const span = spanOf(test);
    const distance = span && distanceOf(span, this.#matcher.ask.facts.get(name));
    return distance && { distance: distance.distance, text: printTest(test) };
  }
}

function namesOf(demand: Demand): [spelled: string, name: string] {
  if (demand.kind === 'test') return [demand.test.spelled, demand.test.name];
  return demand.kind === 'explicit' ? ['Explicit', 'explicit'] : ['Requires', 'requires'];
}
