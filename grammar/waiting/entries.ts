import type { Party } from '../documents/model.ts';
import { cellOf } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import type { Arrival } from './arrival.ts';
import { AskAt, type Said } from './ask-at.ts';
import type { SizedColumn, Slot } from './columns.ts';
import type { Demand } from './demand.ts';
import type { Clue } from './index/clue.ts';
import { Layout } from './layout.ts';
import { keepWithin } from './limits.ts';
import { Pool } from './pool.ts';
import { Sieve } from './sieve.ts';
import { sizeOf } from './size.ts';
import type { View } from './view.ts';
import type { Pairing, Want } from './want.ts';
import { pairingsOf, sizedOf, wantsOf } from './wants.ts';

/** As that of a cost. */
const lateEffort = 8;

/** How much of what is shared is found out at once while places are sifted; what is left over is found place by place. */
const eagerEffort = 4_096;

/** What became of places that a Tell was put to. */
interface Sifted {
  readonly matching: number[];
  /** Of which only is to be tested what is of one Ask and this Tell alone. */
  readonly unpaired: number[];
  readonly undecided: number[];
}

/**
 * What Asks that wait say and want, each thing once, and whether a Tell that arrives has and takes it. Asks that say
 * and want the same have one place.
 */
export class Entries {
  readonly #layouts = new Pool<Layout>();
  readonly #said = new Pool<Said>();
  readonly #wants = new Pool<Want>();
  readonly #pairings = new Pool<Pairing>();
  readonly #byKey = new Map<string, number>();
  /** By place the number of the layout, and where among its records that of the place is. */
  readonly #layoutOf: number[] = [];
  readonly #recordOf: number[] = [];
  readonly #free: number[] = [];
  readonly #ask = new AskAt(this.#said, new Layout(1, [], [], { numbers: 0, wants: 0, pairings: 0 }));
  #layoutsMade = 1;
  readonly #sieve = new Sieve();
  /** What was done in all, where a look at a table is 1. */
  effort = 0;

  /** The place of an Ask, new where nobody has said and wanted the same. */
  take(ask: Party): number {
    const slots: Slot[] = [];
    const record: number[] = [];
    for (const name of [...ask.facts.keys()].sort()) {
      const fact = ask.facts.get(name) as Fact;
      const size = sizeOf(fact);
      slots.push({ name, unit: size?.unit });
      record.push(size === undefined ? this.#takeSaid(name, fact) : size.value);
    }
    const sizings: SizedColumn[] = [];
    const kinds: string[] = [];
    for (const { key, sizing, value } of sizedOf(ask)) {
      const slot = slots.findIndex(({ name, unit }) => name === sizing.name && unit === sizing.unit);
      const column = slot >= 0 && record[slot] === value ? slot : record.length;
      if (column === record.length) record.push(value);
      sizings.push({ sizing, column });
      kinds.push(`${key} ${column}`);
    }
    const numbers = record.length;
    const wants = Array.from(wantsOf(ask), ({ key, make }) => this.#wants.take(key, make));
    wants.sort((a, b) => this.#isLate(a) - this.#isLate(b) || a - b);
    const pairings = Array.from(pairingsOf(ask), ({ key, make }) => this.#pairings.take(key, make));
    record.push(...wants, ...pairings.sort((a, b) => a - b));
    const counts = { numbers, wants: wants.length, pairings: pairings.length };
    const names = slots.map(({ name, unit }) => `${name} ${unit ?? ''}`);
    const layoutKey = [names.join(), kinds.join(), Object.values(counts).join()].join(';');
    const number = this.#layouts.take(layoutKey, () => {
      this.#layoutsMade += 1;
      return new Layout(this.#layoutsMade, slots, sizings, counts);
    });
    const key = keyOf(number, record);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#release(number, record);
      return known;
    }
    const place = this.#free.pop() ?? this.#layoutOf.length;
    this.#byKey.set(key, place);
    this.#layoutOf[place] = number;
    this.#recordOf[place] = this.#layouts.at(number).records.add(record, place);
    return place;
  }

  #takeSaid(name: string, fact: Fact): number {
    const { values, text } = fact;
    return this.#said.take(`${name} ${values.length} ${text}`, () => ({ fact, cell: cellOf(fact) }));
  }

  /** What takes long is looked at when the rest holds. */
  #isLate(want: number): number {
    return Number(this.#wants.at(want).effort >= lateEffort);
  }

  /** Gives back a place that no Ask has any longer. */
  remove(place: number): void {
    const number = this.#layoutOf[place] as number;
    const { records } = this.#layouts.at(number);
    const record = this.#record(place);
    this.#byKey.delete(keyOf(number, record));
    const at = this.#recordOf[place] as number;
    const moved = records.remove(at);
    if (moved !== undefined) this.#recordOf[moved] = at;
    this.#free.push(place);
    this.#release(number, record);
  }

  #record(place: number): number[] {
    return this.#layouts.at(this.#layoutOf[place] as number).records.read(this.#recordOf[place] as number);
  }

  #release(number: number, record: readonly number[]): void {
    const { slots, wantsFrom, pairingsFrom } = this.#layouts.at(number);
    for (const [place, { unit }] of slots.entries()) {
      if (unit === undefined) this.#said.release(record[place] as number);
    }
    for (const want of record.slice(wantsFrom, pairingsFrom)) this.#wants.release(want);
    for (const pairing of record.slice(pairingsFrom)) this.#pairings.release(pairing);
    this.#layouts.release(number);
  }

  /** What the Ask of a place says under a name. */
  fact(place: number, name: string): Fact | undefined {
    const layout = this.#layouts.at(this.#layoutOf[place] as number);
    return this.#ask.move(layout, this.#recordOf[place] as number).fact(name);
  }

  /** What a match needs, as an index can tell it. */
  *clues(ask: Party, place: number): Generator<Clue> {
    for (const { clues } of sizedOf(ask)) yield* clues();
    const { wantsFrom, pairingsFrom } = this.#layouts.at(this.#layoutOf[place] as number);
    for (const want of this.#record(place).slice(wantsFrom, pairingsFrom)) yield* this.#wants.at(want).clues;
    for (const { clues } of pairingsOf(ask)) yield* clues();
  }

  /**
   * Puts a Tell to the Asks of some places, at most `siftedAtOnce`, as far as that is quickly done; says which match, and of
   * which the rest is to be tested. Places of one layout are looked at together, column by column.
   */
  sift(places: readonly number[], tell: Arrival): Sifted {
    const sifted: Sifted = { matching: [], unpaired: [], undecided: [] };
    const byLayout = new Map<number, number[]>();
    for (const place of places) {
      const number = this.#layoutOf[place] as number;
      const record = this.#recordOf[place] as number;
      const records = byLayout.get(number);
      if (records === undefined) byLayout.set(number, [record]);
      else records.push(record);
    }
    const until = this.effort + eagerEffort;
    for (const [number, records] of byLayout) {
      const layout = this.#layouts.at(number);
      const view = layout.viewOf(tell);
      this.effort += records.length * (1 + layout.length / 8);
      if (view === undefined) continue;
      this.#sieve.fill(records);
      this.#siftOne(layout, view, tell, until);
      this.#sort(layout, isMore(layout, view, tell), sifted);
    }
    return sifted;
  }

  #siftOne({ records, wantsFrom, pairingsFrom }: Layout, view: View, tell: Arrival, until: number): void {
    const sieve = this.#sieve;
    const { values, capacity } = records;
    sieve.count = keepWithin(view.limits, values, capacity, sieve.list, sieve.count);
    for (const { column, demand } of view.facts) {
      this.#said.keep(sieve, values, column * capacity, tell.stamp, (number) =>
        this.effort < until ? this.#suits(number, demand, tell) : undefined,
      );
    }
    for (let column = wantsFrom; column < pairingsFrom; column += 1) {
      this.#wants.keep(sieve, values, column * capacity, tell.stamp, (number) =>
        this.effort < until ? this.#finds(number, tell) : undefined,
      );
    }
  }

  /** Puts the places of what is left in the sieve where they belong. */
  #sort({ records }: Layout, isMoreToTest: boolean, { matching, unpaired, undecided }: Sifted): void {
    const { list, open, count } = this.#sieve;
    const decided = isMoreToTest ? unpaired : matching;
    for (let at = 0; at < count; at += 1) {
      const place = records.placeOf(list[at] as number);
      (open[at] === 1 ? undecided : decided).push(place);
    }
  }

  /** Whether a Tell matches what is at a place that was sifted for it and left undecided, both sides tested. */
  matches(place: number, tell: Arrival): boolean {
    const layout = this.#layouts.at(this.#layoutOf[place] as number);
    const view = layout.viewOf(tell);
    if (view === undefined) return false;
    const at = this.#recordOf[place] as number;
    return (
      this.#isTaken(layout, view, at, tell) && this.#isWanted(layout, at, tell) && this.pairs(place, tell)
    );
  }

  /** Whether what an Ask says passes what the Tell demands, where that is more than numbers. */
  #isTaken({ records }: Layout, { facts }: View, at: number, tell: Arrival): boolean {
    const { values, capacity } = records;
    return facts.every(({ column, demand }) => {
      const number = values[column * capacity + at] as number;
      return this.#said.verdict(number, tell.stamp) ?? this.#suits(number, demand, tell);
    });
  }

  #suits(number: number, demand: Demand, { stamp }: Arrival): boolean {
    const { fact } = this.#said.at(number);
    this.effort += demand.effort * fact.values.length;
    return this.#said.found(number, stamp, demand.passes(fact));
  }

  #isWanted({ records, wantsFrom, pairingsFrom }: Layout, at: number, tell: Arrival): boolean {
    const { values, capacity } = records;
    for (let column = wantsFrom; column < pairingsFrom; column += 1) {
      const number = values[column * capacity + at] as number;
      if (!(this.#wants.verdict(number, tell.stamp) ?? this.#finds(number, tell))) return false;
    }
    return true;
  }

  #finds(number: number, tell: Arrival): boolean {
    const want = this.#wants.at(number);
    this.effort += want.effort;
    return this.#wants.found(number, tell.stamp, want.holds(tell));
  }

  /** Whether all holds that is of this Ask and this Tell alone, of a place that was sifted and left unpaired. */
  pairs(place: number, tell: Arrival): boolean {
    const layout = this.#layouts.at(this.#layoutOf[place] as number);
    const view = layout.viewOf(tell);
    if (view === undefined) return false;
    const at = this.#recordOf[place] as number;
    const { pairingsFrom, length, records } = layout;
    const { values, capacity } = records;
    for (const { column, passes } of view.checked) {
      if (!passes(values[column * capacity + at] as number)) return false;
    }
    if (view.untested.length > 0 && !this.#isTested(layout, view, at)) return false;
    const ask = this.#ask.move(layout, at);
    for (let column = pairingsFrom; column < length; column += 1) {
      const pairing = this.#pairings.at(values[column * capacity + at] as number);
      this.effort += pairing.effort;
      if (!pairing.holds(ask, tell)) return false;
    }
    for (const condition of tell.conditions) {
      this.effort += condition.effort;
      if (!condition.holds(ask)) return false;
    }
    return true;
  }

  /** Whether it tests each name that the Tell must have tested. */
  #isTested({ records, wantsFrom, pairingsFrom }: Layout, { untested }: View, at: number): boolean {
    const wants = records.read(at).slice(wantsFrom, pairingsFrom);
    return untested.every((name) => wants.some((number) => this.#wants.at(number).name === name));
  }
}

/** Whether there is more to test than numbers and what is shared. */
function isMore({ length, pairingsFrom }: Layout, { checked, untested }: View, tell: Arrival): boolean {
  return pairingsFrom < length || checked.length > 0 || untested.length > 0 || tell.conditions.length > 0;
}

function keyOf(layout: number, record: readonly number[]): string {
  return `${layout};${record.join()}`;
}
