import {
  addPlaces,
  type Bits,
  clearBit,
  hasBit,
  noBits,
  segmentPlaces,
  segmentWords,
  setBit,
} from './bits.ts';

/** Steps in which the numbers are cut at most: each is one set of bits, and a number between two steps is not told. */
const mostSteps = 32;
/** A step is cut in two when it has more members than this, and more than its share. */
const leastCut = 128;

/**
 * Places with a number each, found by what their number is not above. For each of some steps it has the set of all
 * places up to it, so that one look at a step is enough; where the steps are is cut by the numbers that come.
 */
export class Ranges {
  readonly members = noBits();
  readonly #values = new Float64Array(segmentPlaces);
  /** The highest number of each step; of the last it is infinite. */
  readonly #tops: number[] = [Number.POSITIVE_INFINITY];
  /** The members up to the top of each step; of the last all. */
  readonly #upTo: Bits[] = [this.members];
  /** How many members each step has by itself. */
  readonly #counts: number[] = [0];
  /** With how many members a step is to be cut; more than it had when its numbers could not be told apart. */
  readonly #cutAt: number[] = [leastCut];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(place: number, value: number): void {
    const step = this.#stepOf(value);
    this.#values[place] = value;
    for (let at = step; at < this.#tops.length; at += 1) setBit(this.#upTo[at] as Bits, place);
    this.#count += 1;
    const count = (this.#counts[step] as number) + 1;
    this.#counts[step] = count;
    if (count > (this.#cutAt[step] as number) && count > (2 * this.#count) / mostSteps) this.#cut(step);
  }

  delete(place: number): void {
    const step = this.#stepOf(this.#values[place] as number);
    for (let at = step; at < this.#tops.length; at += 1) clearBit(this.#upTo[at] as Bits, place);
    this.#count -= 1;
    this.#counts[step] = (this.#counts[step] as number) - 1;
  }

  /** All members whose number is not above this, and some whose number is. */
  upTo(value: number): Bits {
    return this.#upTo[this.#stepOf(value)] as Bits;
  }

  countUpTo(value: number): number {
    return this.#countTo(this.#stepOf(value));
  }

  /** Members whose number is below this, but not all of them; undefined where none is known to be. */
  below(value: number): Bits | undefined {
    return this.#upTo[this.#stepOf(value) - 1];
  }

  countBelow(value: number): number {
    return this.#countTo(this.#stepOf(value) - 1);
  }

  #countTo(step: number): number {
    let count = 0;
    for (let at = 0; at <= step; at += 1) count += this.#counts[at] as number;
    return count;
  }

  #stepOf(value: number): number {
    const tops = this.#tops;
    let [low, high] = [0, tops.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (tops[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #cut(step: number): void {
    const places = this.#placesOf(step);
    const values = Float64Array.from(places, (place) => this.#values[place] as number).sort();
    const top = cutOf(values);
    if (top === undefined) {
      this.#cutAt[step] = 2 * values.length;
      return;
    }
    const bits = step === 0 ? noBits() : (this.#upTo[step - 1] as Bits).slice();
    let count = 0;
    for (const place of places) {
      if ((this.#values[place] as number) > top) continue;
      setBit(bits, place);
      count += 1;
    }
    this.#counts[step] = values.length - count;
    this.#cutAt[step] = leastCut;
    this.#tops.splice(step, 0, top);
    this.#upTo.splice(step, 0, bits);
    this.#counts.splice(step, 0, count);
    this.#cutAt.splice(step, 0, leastCut);
    if (this.#tops.length > mostSteps) this.#join();
  }

  #placesOf(step: number): number[] {
    const [bits, less] = [this.#upTo[step] as Bits, this.#upTo[step - 1]];
    const places: number[] = [];
    for (let word = 0; word < segmentWords; word += 1) {
      const own = (bits[word] as number) & ~(less?.[word] ?? 0);
      if (own !== 0) addPlaces(own, word, places);
    }
    return places;
  }

  /** Makes one step of the two neighbours that have the fewest members. */
  #join(): void {
    const counts = this.#counts;
    let least = 0;
    const both = (at: number) => (counts[at] as number) + (counts[at + 1] as number);
    for (let at = 1; at + 1 < counts.length; at += 1) if (both(at) < both(least)) least = at;
    counts[least + 1] = both(least);
    for (const list of [this.#tops, this.#upTo, counts, this.#cutAt]) list.splice(least, 1);
  }

  has(place: number): boolean {
    return hasBit(this.members, place);
  }
}

/** A number at which about half of these, in ascending order, are not above it and some are; undefined of equal ones. */
function cutOf(values: Float64Array): number | undefined {
  const last = values[values.length - 1] as number;
  const middle = values[(values.length - 1) >> 1] as number;
  if (middle < last) return middle;
  const first = values.indexOf(last);
  return first > 0 ? values[first - 1] : undefined;
}
