import type { Fact } from '../../values/fact.ts';
import { keysOf, measureOf } from '../narrowing.ts';
import { type Bits, clearBit, setBit } from './bits.ts';
import type { Sought } from './clue.ts';
import { Keys } from './keys.ts';
import { Ranges } from './ranges.ts';
import type { Step } from './step.ts';

/** What the Ask of a place says under a name. */
export type FactAt = (place: number, name: string) => Fact | undefined;

/** Places that are taken in at once. */
const placesAtOnce = 1024;

/**
 * Places by what their Asks say under one name, in one unit or by keys. It is made when Tells ask for it, and takes in
 * the places that there are by and by.
 */
export class Said {
  readonly #name: string;
  readonly #factAt: FactAt;
  /** Undefined where it is by keys. */
  readonly #unit: string | undefined;
  readonly #ranges: Ranges | undefined;
  readonly #keys: Keys | undefined;
  /** Places of which it says nothing: what they say has no number of the unit or no key, or is not taken in yet. */
  readonly #others: Bits;
  #takenIn = 0;
  readonly #places: number;

  /** `live` are the places that there are, all below `places`. */
  constructor(name: string, unit: string | undefined, live: Bits, places: number, factAt: FactAt) {
    this.#name = name;
    this.#unit = unit;
    this.#factAt = factAt;
    this.#others = live.slice();
    this.#places = places;
    if (unit === undefined) this.#keys = new Keys();
    else this.#ranges = new Ranges();
  }

  /** Takes in some of the places that there were. */
  takeIn(live: Bits): void {
    const until = Math.min(this.#takenIn + placesAtOnce, this.#places);
    for (let place = this.#takenIn; place < until; place += 1) {
      const isWaiting =
        ((this.#others[place >>> 5] as number) & (live[place >>> 5] as number)) >>> (place & 31);
      if ((isWaiting & 1) === 0) continue;
      clearBit(this.#others, place);
      this.add(place);
    }
    this.#takenIn = until;
  }

  add(place: number): void {
    const fact = this.#factAt(place, this.#name);
    if (fact === undefined) return;
    if (!this.#index(place, fact)) setBit(this.#others, place);
  }

  #index(place: number, fact: Fact): boolean {
    if (this.#keys !== undefined) {
      const keys = keysOf(fact);
      if (keys !== undefined) this.#keys.add(place, keys);
      return keys !== undefined;
    }
    const [value] = fact.values;
    const measure = fact.values.length === 1 && value !== undefined ? measureOf(value) : undefined;
    if (measure?.unit !== this.#unit || measure === undefined) return false;
    this.#ranges?.add(place, measure.value);
    return true;
  }

  delete(place: number): void {
    clearBit(this.#others, place);
    if (this.#keys?.has(place)) this.#keys.delete(place);
    if (this.#ranges?.has(place)) this.#ranges.delete(place);
  }

  /** How many places its step leaves out, about; `count` is how many there are. */
  leftOut({ narrowing: { keys, span }, passesUnsaid }: Sought, count: number): number {
    const body = this.#keys ?? this.#ranges;
    if (body === undefined) return 0;
    let found = 0;
    if (this.#keys !== undefined) {
      if (keys === undefined) return 0;
      found = this.#keys.countWithAny(keys);
    } else if (this.#ranges !== undefined) {
      if (span === undefined) return 0;
      found = this.#ranges.countUpTo(span.most) - this.#ranges.countBelow(span.least);
    }
    return (passesUnsaid ? body.count : count) - Math.max(found, 0);
  }

  /** Leaves the places that may pass a Tell's test; undefined where it leaves all. */
  step({ narrowing: { keys, span }, passesUnsaid }: Sought): Step | undefined {
    const body = this.#keys ?? this.#ranges;
    if (body === undefined) return undefined;
    const others = { others: passesUnsaid ? body.members : this.#others, isRest: passesUnsaid };
    if (this.#keys !== undefined) {
      return keys && { ...this.#keys.withAny(keys), but: undefined, ...others };
    }
    if (this.#ranges === undefined || span === undefined) return undefined;
    const [upTo, below] = [this.#ranges.upTo(span.most), this.#ranges.below(span.least)];
    return { sets: [upTo], lists: [], but: below, ...others };
  }
}
