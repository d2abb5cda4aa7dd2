/** A column of numbers of things, from one on, as what has a stamp looks at it. */
interface Numbered {
  readonly codes: Int32Array;
  readonly from: number;
  readonly stamp: number;
}

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

  /** One Ask less; returns the thing where that was the last. */
  release(number: number): T | undefined {
    const uses = (this.#uses[number] as number) - 1;
    this.#uses[number] = uses;
    if (uses > 0) return undefined;
    const thing = this.#things[number];
    this.#numbers.delete(this.#keys[number] as string);
    this.#keys[number] = '';
    this.#things[number] = undefined;
    this.#free.push(number);
    return thing;
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
   * Leaves in a list the records whose thing holds, and returns how many. `find` says whether it does where that was not
   * found yet, and nothing where it is not to be found now: such a record goes to `open`.
   */
  keep(
    { codes, from, stamp }: Numbered,
    list: Int32Array,
    count: number,
    open: number[],
    find: (number: number) => boolean | undefined,
  ): number {
    const verdicts = this.#verdicts;
    let kept = 0;
    for (let at = 0; at < count; at += 1) {
      const record = list[at] as number;
      const number = codes[from + record] as number;
      let known = (verdicts[number] as number) - stamp;
      // Neither 0 nor 1: one look that is nearly always the same is less than two.
      if (known * (known - 1) !== 0) {
        const holds = find(number);
        if (holds === undefined) {
          open.push(record);
          continue;
        }
        known = Number(holds);
      }
      list[kept] = record;
      kept += Number(known === 1);
    }
    return kept;
  }
}
