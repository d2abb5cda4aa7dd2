import type { Party } from '../documents/model.ts';
import { cellOf } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import type { Arrival } from './arrival.ts';
import { Entry, type Numbers, type Said } from './entry.ts';
import type { Clue } from './index/clue.ts';
import { Layout } from './layout.ts';
import { Pool } from './pool.ts';
import type { Pairing, Want } from './want.ts';
import { pairingsOf, wantsOf } from './wants.ts';

const none: readonly number[] = [];
/** As that of a cost. */
const lateEffort = 20;

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
    const numbers = this.#numbersOf(ask);
    const { layoutNumber, facts, wants, pairings } = numbers;
    const key = `${layoutNumber};${facts.join()};${wants.join()};${pairings.join()}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#release(numbers);
      return known;
    }
    const entry = new Entry(key, numbers, this.#layouts.at(layoutNumber), this.#said);
    this.#byKey.set(key, entry);
    return entry;
  }

  /** Of an entry that no Ask has any longer. */
  remove(entry: Entry): void {
    this.#byKey.delete(entry.key);
    this.#release(entry);
  }

  /** What a match needs, as an index can tell it. */
  *clues(ask: Party, { wants }: Entry): Generator<Clue> {
    for (const number of wants) yield* this.#wants.at(number).clues;
    for (const { clues } of pairingsOf(ask)) yield* clues;
  }

  /** Whether a Tell matches, both sides tested. */
  matches(entry: Entry, tell: Arrival): boolean {
    const places = entry.layout.demanded(tell);
    this.effort += 1 + entry.wants.length / 4;
    if (places === undefined) return false;
    for (let at = 0; at < places.length; at += 1) {
      const place = places[at] as number;
      if (place >= 0 && !this.#passes(entry.facts[place] as number, at, tell)) return false;
    }
    for (const number of entry.wants) {
      if (!(this.#wants.verdict(number, tell.stamp) ?? this.#finds(number, tell))) return false;
    }
    return this.#isTested(entry, tell) && this.#pairs(entry, tell);
  }

  /** Whether a fact passes what a Tell demands of its name. */
  #passes(number: number, at: number, { demands, stamp }: Arrival): boolean {
    const known = this.#said.verdict(number, stamp);
    if (known !== undefined) return known;
    const { fact, cell } = this.#said.at(number);
    return this.#said.found(number, stamp, demands[at]?.passes(fact, cell) ?? true);
  }

  #finds(number: number, tell: Arrival): boolean {
    const want = this.#wants.at(number);
    this.effort += want.effort;
    return this.#wants.found(number, tell.stamp, want.holds(tell));
  }

  /** Whether it tests each name that the Tell must have tested. */
  #isTested({ wants }: Entry, { tell: { explicit } }: Arrival): boolean {
    return explicit.every((name) => wants.some((number) => this.#wants.at(number).name === name));
  }

  /** Whether all holds that reads both sides. */
  #pairs(entry: Entry, tell: Arrival): boolean {
    for (const number of entry.pairings) {
      const pairing = this.#pairings.at(number);
      this.effort += pairing.effort;
      if (!pairing.holds(entry, tell)) return false;
    }
    for (const condition of tell.conditions) {
      this.effort += condition.effort;
      if (!condition.holds(entry)) return false;
    }
    return true;
  }

  #numbersOf(ask: Party): Numbers {
    const names = [...ask.facts.keys()].sort();
    const facts = names.map((name) => {
      const fact = ask.facts.get(name) as Fact;
      return this.#said.take(`${name} ${fact.values.length} ${fact.text}`, () => ({
        fact,
        cell: cellOf(fact),
      }));
    });
    const wants = Array.from(wantsOf(ask), ({ key, make }) => this.#wants.take(key, make));
    const pairings = Array.from(pairingsOf(ask), ({ key, make }) => this.#pairings.take(key, make));
    return {
      layoutNumber: this.#layouts.take(names.join(), () => new Layout(names)),
      facts,
      wants: wants.sort((a, b) => this.#isLate(a) - this.#isLate(b) || a - b),
      pairings: pairings.length === 0 ? none : pairings.sort((a, b) => a - b),
    };
  }

  /** What takes long is looked at when the rest holds. */
  #isLate(want: number): number {
    return Number(this.#wants.at(want).effort >= lateEffort);
  }

  #release({ layoutNumber, facts, wants, pairings }: Numbers): void {
    this.#layouts.release(layoutNumber);
    for (const number of facts) this.#said.release(number);
    for (const number of wants) this.#wants.release(number);
    for (const number of pairings) this.#pairings.release(number);
  }
}
