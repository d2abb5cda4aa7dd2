import type { Party } from '../documents/model.ts';
import { cellOf } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import type { Arrival } from './arrival.ts';
import { AskAt, type Said } from './ask-at.ts';
import type { SizedColumn, Slot } from './columns.ts';
import type { Demand } from './demand.ts';
import type { Clue } from './index/clue.ts';
import { Layout } from './layout.ts';
import { isWithin } from './limits.ts';
import { Pool } from './pool.ts';
import { sizeOf } from './size.ts';
import type { View } from './view.ts';
import type { Pairing, Want } from './want.ts';
import { pairingsOf, sizedOf, wantsOf } from './wants.ts';

/** As that of a cost. */
const lateEffort = 8;

/** What became of places that a Tell was put to. */
interface Sifted {
  readonly matching: number[];
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
  readonly #ask = new AskAt(this.#said, new Layout([], [], { numbers: 0, wants: 0, pairings: 0 }));
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
    const number = this.#layouts.take(layoutKey, () => new Layout(slots, sizings, counts));
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
    const { records, length } = this.#layouts.at(this.#layoutOf[place] as number);
    const from = (this.#recordOf[place] as number) * length;
    return [...records.values.subarray(from, from + length)];
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
    const from = (this.#recordOf[place] as number) * layout.length;
    return this.#ask.move(layout, layout.records.values, from).fact(name);
  }

  /** What a match needs, as an index can tell it. */
  *clues(ask: Party, place: number): Generator<Clue> {
    for (const { clues } of sizedOf(ask)) yield* clues();
    const { wantsFrom, pairingsFrom } = this.#layouts.at(this.#layoutOf[place] as number);
    for (const want of this.#record(place).slice(wantsFrom, pairingsFrom)) yield* this.#wants.at(want).clues;
    for (const { clues } of pairingsOf(ask)) yield* clues();
  }

  /**
   * Puts a Tell to the Asks of some places, as far as that is quickly done; says which match, and of which the rest is to
   * be tested. Places of one layout are looked at together, so that their records are read at a run.
   */
  sift(places: readonly number[], tell: Arrival): Sifted {
    const sifted: Sifted = { matching: [], undecided: [] };
    for (const [number, some] of Map.groupBy(places, (place) => this.#layoutOf[place] as number)) {
      const layout = this.#layouts.at(number);
      const view = layout.viewOf(tell);
      this.effort += some.length * (1 + layout.length / 8);
      if (view !== undefined) this.#siftOne(layout, view, some, tell, sifted);
    }
    return sifted;
  }

  #siftOne(
    layout: Layout,
    view: View,
    places: readonly number[],
    tell: Arrival,
    { matching, undecided }: Sifted,
  ): void {
    const { records, length, wantsFrom, pairingsFrom } = layout;
    const { limits, facts } = view;
    const { stamp } = tell;
    const { values } = records;
    const [recordOf, said, wants] = [this.#recordOf, this.#said, this.#wants];
    const more = isMore(layout, view, tell);
    next: for (const place of places) {
      const from = (recordOf[place] as number) * length;
      if (!isWithin(limits, values, from)) continue;
      let isOpen = more;
      for (let at = 0; at < facts.length; at += 1) {
        const { column } = facts[at] as View['facts'][number];
        const verdict = said.verdict(values[from + column] as number, stamp);
        if (verdict === false) continue next;
        isOpen ||= verdict === undefined;
      }
      for (let column = wantsFrom; column < pairingsFrom; column += 1) {
        const verdict = wants.verdict(values[from + column] as number, stamp);
        if (verdict === false) continue next;
        isOpen ||= verdict === undefined;
      }
      (isOpen ? undecided : matching).push(place);
    }
  }

  /** Whether a Tell matches what is at a place that was sifted for it, both sides tested. */
  matches(place: number, tell: Arrival): boolean {
    const layout = this.#layouts.at(this.#layoutOf[place] as number);
    const view = layout.viewOf(tell);
    if (view === undefined) return false;
    const { values } = layout.records;
    const from = (this.#recordOf[place] as number) * layout.length;
    return (
      this.#isTaken(view, values, from, tell) &&
      this.#isWanted(layout, values, from, tell) &&
      (view.untested.length === 0 || this.#isTested(view, layout, values, from)) &&
      this.#pairs(layout, values, from, tell)
    );
  }

  /** Whether what an Ask says passes what the Tell demands, where that is more than comparisons of numbers. */
  #isTaken({ facts, checked }: View, values: Float64Array, from: number, tell: Arrival): boolean {
    for (const { column, demand } of facts) {
      const number = values[from + column] as number;
      if (!(this.#said.verdict(number, tell.stamp) ?? this.#suits(number, demand, tell))) return false;
    }
    for (const { column, passes } of checked) if (!passes(values[from + column] as number)) return false;
    return true;
  }

  #suits(number: number, demand: Demand, { stamp }: Arrival): boolean {
    const { fact } = this.#said.at(number);
    this.effort += demand.effort * fact.values.length;
    return this.#said.found(number, stamp, demand.passes(fact));
  }

  #isWanted(layout: Layout, values: Float64Array, from: number, tell: Arrival): boolean {
    const { wantsFrom, pairingsFrom } = layout;
    for (let column = wantsFrom; column < pairingsFrom; column += 1) {
      const number = values[from + column] as number;
      if (!(this.#wants.verdict(number, tell.stamp) ?? this.#finds(number, tell))) return false;
    }
    return true;
  }

  #finds(number: number, tell: Arrival): boolean {
    const want = this.#wants.at(number);
    this.effort += want.effort;
    return this.#wants.found(number, tell.stamp, want.holds(tell));
  }

  /** Whether it tests each name that the Tell must have tested. */
  #isTested({ untested }: View, layout: Layout, values: Float64Array, from: number): boolean {
    const { wantsFrom, pairingsFrom } = layout;
    const wants = values.subarray(from + wantsFrom, from + pairingsFrom);
    return untested.every((name) => wants.some((number) => this.#wants.at(number).name === name));
  }

  /** Whether all holds that reads both sides. */
  #pairs(layout: Layout, values: Float64Array, from: number, tell: Arrival): boolean {
    const { pairingsFrom, length } = layout;
    if (pairingsFrom === length && tell.conditions.length === 0) return true;
    const ask = this.#ask.move(layout, values, from);
    for (let column = pairingsFrom; column < length; column += 1) {
      const pairing = this.#pairings.at(values[from + column] as number);
      this.effort += pairing.effort;
      if (!pairing.holds(ask, tell)) return false;
    }
    for (const condition of tell.conditions) {
      this.effort += condition.effort;
      if (!condition.holds(ask)) return false;
    }
    return true;
  }
}

/** Whether there is more to test than numbers and what is shared. */
function isMore({ length, pairingsFrom }: Layout, { checked, untested }: View, tell: Arrival): boolean {
  return pairingsFrom < length || checked.length > 0 || untested.length > 0 || tell.conditions.length > 0;
}

function keyOf(layout: number, record: readonly number[]): string {
  return `${layout};${record.join()}`;
}
