import type { Party } from '../documents/model.ts';
import { cellOf } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import type { Arrival } from './arrival.ts';
import { Entry, type Said } from './entry.ts';
import type { Clue } from './index/clue.ts';
import { Layout, type Slot } from './layout.ts';
import { Pool } from './pool.ts';
import { sizeOf } from './size.ts';
import type { Pairing, Want } from './want.ts';
import { pairingsOf, sizedOf, wantsOf } from './wants.ts';

/** As that of a cost. */
const lateEffort = 8;

/** What Asks that wait say and want, each thing once, and whether a Tell that arrives has and takes it. */
export class Entries {
  readonly #layouts = new Pool<Layout>();
  readonly #said = new Pool<Said>();
  readonly #wants = new Pool<Want>();
  readonly #pairings = new Pool<Pairing>();
  readonly #byKey = new Map<string, Entry>();
  /** What was done in all, where a look at a table is 1. */
  effort = 0;

  /** The entry of an Ask, which is in no index yet where it is new. */
  take(ask: Party): Entry {
    const slots: Slot[] = [];
    const record: number[] = [];
    for (const name of [...ask.facts.keys()].sort()) {
      const fact = ask.facts.get(name) as Fact;
      const size = sizeOf(fact);
      slots.push({ name, unit: size?.unit });
      record.push(size === undefined ? this.#takeSaid(name, fact) : size.value);
    }
    const sized = [...sizedOf(ask)];
    const wants = Array.from(wantsOf(ask), ({ key, make }) => this.#wants.take(key, make));
    wants.sort((a, b) => this.#isLate(a) - this.#isLate(b) || a - b);
    const pairings = Array.from(pairingsOf(ask), ({ key, make }) => this.#pairings.take(key, make));
    record.push(...sized.map(({ value }) => value), ...wants, ...pairings.sort((a, b) => a - b));
    const parts = [
      slots.map(({ name, unit }) => `${name} ${unit ?? ''}`).join(),
      sized.map(({ key }) => key).join(),
      wants.length,
    ];
    const sizings = sized.map(({ sizing }) => sizing);
    const number = this.#layouts.take(parts.join(';'), () => new Layout(slots, sizings, wants.length));
    const layout = this.#layouts.at(number);
    const key = `${number};${record.join()}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#release(known);
      return known;
    }
    const entry = new Entry(key, number, layout, record, this.#said);
    this.#byKey.set(key, entry);
    return entry;
  }

  #takeSaid(name: string, fact: Fact): number {
    const { values, text } = fact;
    return this.#said.take(`${name} ${values.length} ${text}`, () => ({ fact, cell: cellOf(fact) }));
  }

  /** What takes long is looked at when the rest holds. */
  #isLate(want: number): number {
    return Number(this.#wants.at(want).effort >= lateEffort);
  }

  /** Of an entry that no Ask has any longer. */
  remove(entry: Entry): void {
    this.#byKey.delete(entry.key);
    this.#release(entry);
  }

  #release({ layoutNumber, layout, record }: Entry): void {
    const { slots, wantsFrom, pairingsFrom } = layout;
    for (const [place, { unit }] of slots.entries()) {
      if (unit === undefined) this.#said.release(record[place] as number);
    }
    for (const number of record.slice(wantsFrom, pairingsFrom)) this.#wants.release(number);
    for (const number of record.slice(pairingsFrom)) this.#pairings.release(number);
    this.#layouts.release(layoutNumber);
  }

  /** What a match needs, as an index can tell it. */
  *clues(ask: Party, { layout, record }: Entry): Generator<Clue> {
    for (const { clues } of sizedOf(ask)) yield* clues();
    for (let at = layout.wantsFrom; at < layout.pairingsFrom; at += 1) {
      yield* this.#wants.at(record[at] as number).clues;
    }
    for (const { clues } of pairingsOf(ask)) yield* clues();
  }

  /** Whether a Tell matches, both sides tested. */
  matches(entry: Entry, tell: Arrival): boolean {
    const { layout, record } = entry;
    const view = layout.viewOf(tell);
    this.effort += 1 + record.length / 8;
    if (view === undefined || !layout.fits(record, view)) return false;
    const { demanded } = view;
    for (let at = 0; at < demanded.length; at += 1) {
      const place = demanded[at] as number;
      if (place >= 0 && !this.#passes(record[place] as number, layout.slots[place] as Slot, at, tell))
        return false;
    }
    for (let at = layout.wantsFrom; at < layout.pairingsFrom; at += 1) {
      const number = record[at] as number;
      if (!(this.#wants.verdict(number, tell.stamp) ?? this.#finds(number, tell))) return false;
    }
    return this.#isTested(entry, tell) && this.#pairs(entry, tell);
  }

  /** Whether what an Ask says passes what a Tell demands of its name. */
  #passes(number: number, { unit }: Slot, at: number, { demands, stamp }: Arrival): boolean {
    const demand = demands[at] as Arrival['demands'][number];
    if (unit !== undefined) return demand.passesSize(unit, number);
    const known = this.#said.verdict(number, stamp);
    return known ?? this.#said.found(number, stamp, demand.passes(this.#said.at(number).fact));
  }

  #finds(number: number, tell: Arrival): boolean {
    const want = this.#wants.at(number);
    this.effort += want.effort;
    return this.#wants.found(number, tell.stamp, want.holds(tell));
  }

  /** Whether it tests each name that the Tell must have tested. */
  #isTested({ layout, record }: Entry, { tell: { explicit } }: Arrival): boolean {
    if (explicit.length === 0) return true;
    const names = new Set<string | undefined>(layout.sizings.map(({ name }) => name));
    for (const number of record.slice(layout.wantsFrom, layout.pairingsFrom))
      names.add(this.#wants.at(number).name);
    return explicit.every((name) => names.has(name));
  }

  /** Whether all holds that reads both sides. */
  #pairs(entry: Entry, tell: Arrival): boolean {
    const { layout, record } = entry;
    for (let at = layout.pairingsFrom; at < record.length; at += 1) {
      const pairing = this.#pairings.at(record[at] as number);
      this.effort += pairing.effort;
      if (!pairing.holds(entry, tell)) return false;
    }
    for (const condition of tell.conditions) {
      this.effort += condition.effort;
      if (!condition.holds(entry)) return false;
    }
    return true;
  }
}
