import { ownCopy } from '../memo.ts';

/** Grows when something that may be remembered by its number is another thing. */
export interface Epoch {
  value: number;
}

/** From so many different things on, of which most rows have one of their own, they are no longer looked up. */
const manyThings = 1024;

/**
 * Things that many rows share, each under a small number from 1; 0 stands for none. A number whose thing no row has
 * any longer is given to another thing: the epoch grows then, and whoever remembered something by number forgets it.
 * Where nearly every row says something else, equal things may have two numbers, for looking each up would cost more.
 */
export class Dictionary<T> {
  readonly #numbers = new Map<string, number>();
  /** Absent where a thing is not looked up. */
  readonly #keys: (string | undefined)[] = [undefined];
  readonly #things: (T | undefined)[] = [undefined];
  readonly #uses: number[] = [0];
  readonly #free: number[] = [];
  readonly #epoch: Epoch;
  /** What the row before took: with one thing that most rows have it is often the same. */
  #last: string | undefined;
  #lastNumber = 0;
  #rows = 0;
  #changes = 0;

  constructor(epoch: Epoch) {
    this.#epoch = epoch;
  }

  /** One more than the highest number. */
  get size(): number {
    return this.#things.length;
  }

  /** How many rows have one of the things. */
  get rows(): number {
    return this.#rows;
  }

  /** How often a number was given to a thing: where that is the same, no number is of another thing. */
  get changes(): number {
    return this.#changes;
  }

  at(number: number): T | undefined {
    return this.#things[number];
  }

  /** The number of the thing with this key, for one row more; 0 where it is to be put there first. */
  take(key: string): number {
    if (key === this.#last) {
      this.#rows += 1;
      this.#uses[this.#lastNumber] = (this.#uses[this.#lastNumber] as number) + 1;
      return this.#lastNumber;
    }
    const known = this.#isOfUnique ? undefined : this.#numbers.get(key);
    if (known === undefined) return 0;
    this.#rows += 1;
    this.#uses[known] = (this.#uses[known] ?? 0) + 1;
    this.#last = this.#keys[known];
    this.#lastNumber = known;
    return known;
  }

  /** Whether nearly every row says something else. */
  get #isOfUnique(): boolean {
    const different = this.#things.length - this.#free.length;
    return different > manyThings && 4 * different > 3 * (this.#rows + 1);
  }

  /**
   * Puts a thing there that `take` did not find, for one row more, and returns its number. `isOwn` says that the key is in
   * memory of its own.
   */
  put(key: string, thing: T, isOwn = false): number {
    const own = this.#isOfUnique ? undefined : isOwn ? key : ownCopy(key);
    this.#rows += 1;
    this.#changes += 1;
    const freed = this.#free.pop();
    if (freed !== undefined) this.#epoch.value += 1;
    const number = freed ?? this.#things.length;
    if (own !== undefined) this.#numbers.set(own, number);
    this.#keys[number] = own;
    this.#things[number] = thing;
    this.#uses[number] = 1;
    return number;
  }

  /** One row less. */
  release(number: number): void {
    if (number === 0) return;
    this.#rows -= 1;
    const uses = (this.#uses[number] ?? 0) - 1;
    this.#uses[number] = uses;
    if (uses > 0) return;
    const key = this.#keys[number];
    if (key !== undefined) this.#numbers.delete(key);
    if (number === this.#lastNumber) this.#last = undefined;
    this.#keys[number] = undefined;
    this.#things[number] = undefined;
    this.#free.push(number);
  }
}
