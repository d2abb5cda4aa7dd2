/** Grows when something that may be remembered by its number is another thing. */
export interface Epoch {
  value: number;
}

/**
 * Things that many rows share, each under a small number from 1; 0 stands for none. A number whose thing no row has
 * any longer is given to another thing: the epoch grows then, and whoever remembered something by number forgets it.
 */
export class Dictionary<T> {
  readonly #numbers = new Map<string, number>();
  readonly #keys: string[] = [''];
  readonly #things: (T | undefined)[] = [undefined];
  readonly #uses: number[] = [0];
  readonly #free: number[] = [];
  readonly #epoch: Epoch;

  constructor(epoch: Epoch) {
    this.#epoch = epoch;
  }

  /** One more than the highest number. */
  get size(): number {
    return this.#things.length;
  }

  at(number: number): T | undefined {
    return this.#things[number];
  }

  /** The number of the thing with this key, for one row more. */
  take(key: string, make: () => T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) {
      this.#uses[known] = (this.#uses[known] ?? 0) + 1;
      return known;
    }
    const freed = this.#free.pop();
    if (freed !== undefined) this.#epoch.value += 1;
    const number = freed ?? this.#things.length;
    this.#numbers.set(key, number);
    this.#keys[number] = key;
    this.#things[number] = make();
    this.#uses[number] = 1;
    return number;
  }

  /** One row less. */
  release(number: number): void {
    if (number === 0) return;
    const uses = (this.#uses[number] ?? 0) - 1;
    this.#uses[number] = uses;
    if (uses > 0) return;
    this.#numbers.delete(this.#keys[number] ?? '');
    this.#keys[number] = '';
    this.#things[number] = undefined;
    this.#free.push(number);
  }
}
