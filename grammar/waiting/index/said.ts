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

  /** Leaves the places that may pass a Tell's test; `count` is how many places there are. */
  step({ narrowing, passesUnsaid }: Sought, count: number): Step | undefined {
    const body = this.#keys ?? this.#ranges;
    const found = this.#found(narrowing);
    if (body === undefined || found === undefined) return undefined;
    const leftOut = Math.max((passesUnsaid ? body.count : count) - found.count, 0);
    const others = passesUnsaid ? body.members : this.#others;
    return { ...found, others, isRest: passesUnsaid, leftOut };
  }

  #found({
    keys,
    span,
  }: Sought['narrowing']): (Pick<Step, 'sets' | 'lists' | 'but'> & { count: number }) | undefined {
    if (this.#keys !== undefined) {
      if (keys === undefined) return undefined;
      return { ...this.#keys.withAny(keys), but: undefined };
    }
    if (this.#ranges === undefined || span === undefined) return undefined;
    const upTo = this.#ranges.upTo(span.most);
    const below = this.#ranges.below(span.least);
    const count = Math.max(upTo.count - (below?.count ?? 0), 0);
    return { sets: [upTo.bits], lists: [], but: below?.bits, count };
  }
}
