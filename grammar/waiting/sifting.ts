import type { Arrival, Condition } from './arrival.ts';
import { AskAt } from './ask-at.ts';
import type { Demand } from './demand.ts';
import { Groups } from './groups.ts';
import type { Kept } from './kept.ts';
import { type Layout, noLayout } from './layout.ts';
import { Sieve, siftedAtOnce } from './sieve.ts';
import type { View } from './view.ts';
import type { Pairing } from './want.ts';

/** How much of what is shared is found out at once while places are sifted; what is left over is found place by place. */
const eagerEffort = 4_096;

/** From so many records of one layout on, conditions are put to them together. */
const leastTogether = 16;
/** Columns of a record that are looked at in about the time of a look at a table. */
const columnsALook = 32;

/** What became of places that a Tell was put to. */
export interface Sifted {
  /** Which is the next of those that it was not put to yet. */
  readonly next: number;
  /** The first `matched` of these match. */
  readonly matching: Int32Array;
  matched: number;
  /** Of which only is to be tested what is of one Ask and this Tell alone. */
  readonly unpaired: number[];
  readonly undecided: number[];
}

/** Whether a Tell that arrives has what Asks want, and takes what they say. */
export class Sifting {
  readonly #kept: Kept;
  readonly #ask: AskAt;
  readonly #sieve = new Sieve();
  readonly #groups = new Groups();
  readonly #matching = new Int32Array(siftedAtOnce);
  /** What was done in all, where a look at a table is 1. */
  effort = 0;

  constructor(kept: Kept) {
    this.#kept = kept;
    this.#ask = new AskAt(kept.said, noLayout());
  }

  /**
   * Puts a Tell to the Asks of some of the next places, of which the first is `from`, as far as that is quickly done; says which
   * match, and of which the rest is to be tested. Places of one layout are looked at together, column by column. What is
   * returned holds until the next call.
   */
  sift(places: Int32Array, from: number, tell: Arrival): Sifted {
    const groups = this.#groups;
    const next = groups.part(places, from, this.#kept, (layout) => this.#open(layout, tell));
    const sifted: Sifted = { next, matching: this.#matching, matched: 0, unpaired: [], undecided: [] };
    const until = this.effort + eagerEffort;
    for (const { number, from: first, count } of groups.take()) {
      const layout = this.#kept.layouts.at(number);
      const view = layout.viewOf(tell);
      this.effort += 1;
      if (view === undefined) continue;
      this.#sieve.begin(layout.records, groups.records, first, count);
      this.effort += count * (1 / 4 + layout.width / columnsALook);
      const isMore = this.#siftOne(layout, view, tell, until);
      this.#sort(layout, isMore, sifted);
    }
    return sifted;
  }

  /** Finds out what of a layout is put to a Tell; says how many columns could be looked at meanwhile. */
  #open(layout: Layout, tell: Arrival): number {
    const before = this.effort;
    this.#viewOf(layout, tell);
    return columnsALook * (this.effort - before);
  }

  /** Says whether there is more to test of those that are left. */
  #siftOne(layout: Layout, view: View, tell: Arrival, until: number): boolean {
    const sieve = this.#sieve;
    sieve.keepWithin(view.limits);
    for (const { column, demand } of view.facts) {
      sieve.keepHolding(this.#kept.said, column, tell.stamp, (number) =>
        this.effort < until ? this.#suits(number, demand, tell) : undefined,
      );
    }
    for (let column = layout.wantsFrom; column < layout.codes; column += 1) {
      sieve.keepHolding(this.#kept.wants, column, tell.stamp, (number) =>
        this.effort < until ? this.#finds(number, tell) : undefined,
      );
    }
    let isMore = view.untested.length > 0;
    for (const { column, effort, passes } of view.checked) {
      if (this.#spends(effort * sieve.count, until)) sieve.keepPassing(column, passes);
      else isMore = true;
    }
    if (layout.pairings.length + tell.conditions.length === 0) return isMore;
    if (sieve.count < leastTogether) return true;
    return !this.#siftTogether(layout, tell, until) || isMore;
  }

  /** Puts conditions to what is left, and says whether these were all. */
  #siftTogether(layout: Layout, tell: Arrival, until: number): boolean {
    const sieve = this.#sieve;
    const pairingAt = (number: number) => this.#kept.pairings.at(number);
    if (!this.#spends(layout.effortTogether(tell, pairingAt), until)) return false;
    const together = layout.togetherOf(tell, pairingAt);
    if (together.isNever) {
      sieve.clear();
      return true;
    }
    if (!this.#spends(together.effort * sieve.count, until)) return false;
    for (const lane of together.lanes) sieve.keepTrue(lane);
    return together.isAll;
  }

  /** Says whether there is so much left to spend, and spends it. */
  #spends(effort: number, until: number): boolean {
    if (this.effort + effort >= until) return false;
    this.effort += effort;
    return true;
  }

  /** Puts the places of what is left in the sieve where they belong. */
  #sort({ records: { places } }: Layout, isMore: boolean, sifted: Sifted): void {
    const { list, count, open } = this.#sieve;
    for (const record of open) sifted.undecided.push(places[record] as number);
    if (isMore) {
      for (let at = 0; at < count; at += 1) sifted.unpaired.push(places[list[at] as number] as number);
      return;
    }
    const { matching } = sifted;
    let { matched } = sifted;
    for (let at = 0; at < count; at += 1) {
      matching[matched] = places[list[at] as number] as number;
      matched += 1;
    }
    sifted.matched = matched;
  }

  /** Whether a Tell matches what is at a place that was sifted for it and left undecided, both sides tested. */
  matches(place: number, tell: Arrival): boolean {
    const layout = this.#layoutAt(place);
    const view = this.#viewOf(layout, tell);
    if (view === undefined) return false;
    const at = this.#kept.recordOf.at(place);
    return (
      this.#isTaken(layout, view, at, tell) && this.#isWanted(layout, at, tell) && this.pairs(place, tell)
    );
  }

  /** Whether what an Ask says passes what the Tell demands, where that is more than numbers. */
  #isTaken({ records }: Layout, { facts }: View, at: number, tell: Arrival): boolean {
    return facts.every(({ column, demand }) => {
      const number = records.codeAt(column, at);
      return this.#kept.said.verdict(number, tell.stamp) ?? this.#suits(number, demand, tell);
    });
  }

  #suits(number: number, demand: Demand, { stamp }: Arrival): boolean {
    const { fact } = this.#kept.said.at(number);
    this.effort += demand.effortOn(fact);
    return this.#kept.said.found(number, stamp, demand.passes(fact));
  }

  #isWanted({ records, wantsFrom, codes }: Layout, at: number, tell: Arrival): boolean {
    for (let column = wantsFrom; column < codes; column += 1) {
      const number = records.codeAt(column, at);
      if (!(this.#kept.wants.verdict(number, tell.stamp) ?? this.#finds(number, tell))) return false;
    }
    return true;
  }

  #finds(number: number, tell: Arrival): boolean {
    const want = this.#kept.wants.at(number);
    this.effort += want.effortOn(tell);
    return this.#kept.wants.found(number, tell.stamp, want.holds(tell));
  }

  /** Whether all holds that is of this Ask and this Tell alone, of a place that was sifted and left unpaired. */
  pairs(place: number, tell: Arrival): boolean {
    const layout = this.#layoutAt(place);
    const view = this.#viewOf(layout, tell);
    if (view === undefined) return false;
    const at = this.#kept.recordOf.at(place);
    const { records, pairings } = layout;
    for (const { column, effort, passes } of view.checked) {
      this.effort += effort;
      if (!passes(records.numberAt(column, at))) return false;
    }
    if (view.untested.length > 0 && !this.#isTested(layout, view, at)) return false;
    const ask = this.#ask.move(layout, at);
    for (const number of pairings) {
      const pairing = this.#kept.pairings.at(number);
      if (!this.#holds(pairing, ask, tell)) return false;
    }
    for (const condition of tell.conditions) if (!this.#holds(condition, ask, tell)) return false;
    return true;
  }

  #holds(condition: Pairing | Condition, ask: AskAt, tell: Arrival): boolean {
    const before = ask.characters + tell.characters;
    const holds = condition.holds(ask, tell);
    const read = ask.characters + tell.characters - before;
    this.effort += condition.effort + condition.perCharacter * read;
    return holds;
  }

  /** Whether it tests each name that the Tell must have tested. */
  #isTested({ records, wantsFrom, codes }: Layout, { untested }: View, at: number): boolean {
    this.effort += untested.length * (1 + (codes - wantsFrom) / columnsALook);
    const wants = records.read(at).codes.slice(wantsFrom);
    return untested.every((name) => wants.some((number) => this.#kept.wants.at(number).name === name));
  }

  #viewOf(layout: Layout, tell: Arrival): View | undefined {
    this.effort += layout.effortOf(tell);
    return layout.viewOf(tell);
  }

  #layoutAt(place: number): Layout {
    return this.#kept.layouts.at(this.#kept.layoutOf.at(place));
  }
}
