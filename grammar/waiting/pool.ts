import type { Sieve } from './sieve.ts';

/** Room for so many verdicts at first. */
const firstCapacity = 64;

/**
 * Things that many Asks share, each under a small number, with the verdict on each for the Tell that is at hand: a
 * verdict counts only under the stamp of that Tell, so that none need be forgotten.
 */
export class Pool<T> {
  readonly #numbers = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #things: (T | undefined)[] = [];
  readonly #uses: number[] = [];
  readonly #free: number[] = [];
  /** By number the stamp under which a verdict was found, one more where it is that the thing holds. */
  #verdicts = new Float64Array(firstCapacity);

  /** The number of the thing with this key, for one Ask more. */
  take(key: string, make: () => T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) {
      this.#uses[known] = (this.#uses[known] as number) + 1;
      return known;
    }
    const thing = make();
    const number = this.#free.pop() ?? this.#things.length;
    if (number >= this.#verdicts.length) {
      const longer = new Float64Array(2 * number);
      longer.set(this.#verdicts);
      this.#verdicts = longer;
    }
    this.#verdicts[number] = 0;
    this.#numbers.set(key, number);
    this.#keys[number] = key;
    this.#things[number] = thing;
    this.#uses[number] = 1;
    return number;
  }

  /** One Ask less. */
  release(number: number): void {
    const uses = (this.#uses[number] as number) - 1;
    this.#uses[number] = uses;
    if (uses > 0) return;
    this.#numbers.delete(this.#keys[number] as string);
    this.#keys[number] = '';
    this.#things[number] = undefined;
    this.#free.push(number);
  }

  /** Of a number that is in use. */
  at(number: number): T {
    return this.#things[number] as T;
  }

  /** Whether a thing holds for what has this stamp, an even number above 0; undefined where it was not found yet. */
  verdict(number: number, stamp: number): boolean | undefined {
    const known = this.#verdicts[number];
    if (known === stamp + 1) return true;
    return known === stamp ? false : undefined;
  }

  /** Remembers a verdict, and returns it. */
  found(number: number, stamp: number, holds: boolean): boolean {
    this.#verdicts[number] = holds ? stamp + 1 : stamp;
    return holds;
  }

  /**
   * Leaves in a sieve the records whose thing holds, of which `find` says whether it does where that was not found yet, and
   * nothing where it is not to be found now: such a record stays open.
   */
  keep(
    sieve: Sieve,
    values: Float64Array,
    first: number,
    stamp: number,
    find: (number: number) => boolean | undefined,
  ): void {
    const { list, open, count } = sieve;
    const verdicts = this.#verdicts;
    let kept = 0;
    for (let at = 0; at < count; at += 1) {
      const record = list[at] as number;
      const number = values[first + record] as number;
      const known = verdicts[number];
      if (known === stamp) continue;
      const holds = known === stamp + 1 || find(number);
      if (holds === false) continue;
      list[kept] = record;
      open[kept] = holds === undefined ? 1 : (open[at] as number);
      kept += 1;
    }
    sieve.count = kept;
  }
}
