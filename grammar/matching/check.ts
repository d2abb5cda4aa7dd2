import { type Code, isTrue } from './truth.ts';

/** One of the things that must hold for a match: a clause of the Ask, or what a Tell wants. */
export interface Check {
  /** What is known by number of facts, prices and demands no longer holds. */
  forget(): void;
  at(row: number): Code;
  /** Writes the verdicts of rows `from` to `until` (not included) to the beginning of `codes`. */
  fill(from: number, until: number, codes: Uint8Array): void;
  /** Keeps those of the first `count` rows for which it is TRUE, in their order, and returns how many. */
  keep(rows: Int32Array, count: number): number;
  /** How many verdicts had to be found, which cost far more than those that are remembered. */
  readonly effort: number;
}

/** A check of which nothing is remembered. */
export class RowCheck implements Check {
  readonly #verdict: (row: number) => Code;
  effort = 0;

  constructor(verdict: (row: number) => Code) {
    this.#verdict = verdict;
  }

  forget(): void {}

  at(row: number): Code {
    return this.#verdict(row);
  }

  fill(from: number, until: number, codes: Uint8Array): void {
    for (let row = from; row < until; row += 1) codes[row - from] = this.#verdict(row);
  }

  keep(rows: Int32Array, count: number): number {
    let kept = 0;
    this.effort += count;
    for (let at = 0; at < count; at += 1) {
      const row = rows[at] as number;
      if (this.#verdict(row) === isTrue) rows[kept++] = row;
    }
    return kept;
  }
}

/** Where a table says the number of what a check looks at. */
export interface Numbered {
  /** By row; shorter where few rows have a number. */
  readonly numbers: Int32Array;
  at(row: number): number;
}

/** A check whose verdict is that of a numbered thing which many rows share: it is found once for each. */
export class SharedCheck implements Check {
  readonly #source: () => Numbered | undefined;
  readonly #verdict: (number: number) => Code;
  #known = new Uint8Array(64);
  effort = 0;

  /** `source` is asked each time, for a column may come and grow. */
  constructor(source: () => Numbered | undefined, verdict: (number: number) => Code) {
    this.#source = source;
    this.#verdict = verdict;
  }

  forget(): void {
    this.#known.fill(0);
  }

  at(row: number): Code {
    return this.#of(this.#source()?.at(row) ?? 0);
  }

  #of(number: number): Code {
    const known = this.#known[number];
    return known !== undefined && known > 0 ? (known as Code) : this.#find(number);
  }

  #find(number: number): Code {
    const code = this.#verdict(number);
    this.effort += 1;
    if (number >= this.#known.length) {
      const longer = new Uint8Array(2 * number + 2);
      longer.set(this.#known);
      this.#known = longer;
    }
    this.#known[number] = code;
    return code;
  }

  fill(from: number, until: number, codes: Uint8Array): void {
    const source = this.#source();
    if (source === undefined) {
      codes.fill(this.#of(0), 0, until - from);
      return;
    }
    const { numbers } = source;
    const isDense = numbers.length > 0;
    for (let row = from; row < until; row += 1) {
      const number = isDense ? (row < numbers.length ? (numbers[row] as number) : 0) : source.at(row);
      codes[row - from] = this.#of(number);
    }
  }

  keep(rows: Int32Array, count: number): number {
    const source = this.#source();
    if (source === undefined) return this.#of(0) === isTrue ? count : 0;
    const { numbers } = source;
    if (numbers.length === 0) return this.#keepFew(source, rows, count);
    let known = this.#known;
    let kept = 0;
    for (let at = 0; at < count; at += 1) {
      const row = rows[at] as number;
      // A row beyond the end was added when the table had grown, and says nothing under this name.
      const number = row < numbers.length ? (numbers[row] as number) : 0;
      let code = known[number];
      if (code === undefined || code === 0) {
        code = this.#find(number);
        known = this.#known;
      }
      if (code === isTrue) rows[kept++] = row;
    }
    return kept;
  }

  #keepFew(source: Numbered, rows: Int32Array, count: number): number {
    let kept = 0;
    for (let at = 0; at < count; at += 1) {
      const row = rows[at] as number;
      if (this.#of(source.at(row)) === isTrue) rows[kept++] = row;
    }
    return kept;
  }
}
