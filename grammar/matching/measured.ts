import type { Dictionary } from './dictionary.ts';
import { type Bounds, Measures } from './measures.ts';
import type { Sliced } from './sliced.ts';

/** Things that are measured in one slice. */
const measuredASlice = 4096;

/** By number the bounds of things, from when somebody first asks for them; then of each that comes. */
export class Measured<T> {
  readonly #things: Dictionary<T>;
  readonly #boundsOf: (thing: T) => Bounds;
  #measures: Measures | undefined;
  /** All numbers before it are measured. */
  #next = 1;

  constructor(things: Dictionary<T>, boundsOf: (thing: T) => Bounds) {
    this.#things = things;
    this.#boundsOf = boundsOf;
  }

  /** Whether somebody asked for them, so that each new thing is to be measured. */
  get isWanted(): boolean {
    return this.#measures !== undefined;
  }

  set(number: number, bounds: Bounds): void {
    this.#measures?.set(number, bounds);
    if (number === this.#next) this.#next += 1;
  }

  /** Measures what is not measured yet, in slices, so that `whole` has nothing to do. */
  *prepare(): Sliced<void> {
    while (this.#next < this.#things.size) {
      this.#measure(Math.min(this.#things.size, this.#next + measuredASlice));
      yield;
    }
  }

  get whole(): Measures {
    return this.#measure(this.#things.size);
  }

  /** Makes room before it is needed, so that not all columns of a table do so in the same step. */
  reserve(): void {
    this.#measures?.reserve(this.#things.size);
  }

  #measure(until: number): Measures {
    this.#measures ??= new Measures();
    const measures = this.#measures;
    for (; this.#next < until; this.#next += 1) {
      const thing = this.#things.at(this.#next);
      if (thing !== undefined) measures.set(this.#next, this.#boundsOf(thing));
    }
    return measures;
  }
}
