import type { Check } from './check.ts';
import type { Sift } from './sift.ts';
import type { Sliced } from './sliced.ts';
import { type Code, isTrue } from './truth.ts';

/** A check of which nothing is remembered. */
export class RowCheck implements Check {
  readonly key: string | undefined;
  readonly parts: readonly Check[] = [this];
  readonly #verdict: (row: number) => Code;
  readonly #effortOf: ((row: number) => number) | undefined;
  effort = 0;

  /** `effortOf` is what it took to find the verdict of a row, asked for just after; one where it is absent. */
  constructor(key: string | undefined, verdict: (row: number) => Code, effortOf?: (row: number) => number) {
    this.key = key;
    this.#effortOf = effortOf;
    this.#verdict = verdict;
  }

  forget(): void {}

  at(row: number): Code {
    const code = this.#verdict(row);
    this.effort += this.#effortOf?.(row) ?? 1;
    return code;
  }

  afresh(row: number): Code {
    return this.at(row);
  }

  fill(from: number, until: number, codes: Uint8Array, most: number): number {
    const end = this.effort + most;
    for (let row = from; row < until; row += 1) {
      if (this.effort >= end) return row;
      codes[row - from] = this.at(row);
    }
    return until;
  }

  *prepare(): Sliced<void> {}

  keep(sift: Sift, most: number): void {
    const { rows, count } = sift;
    const end = this.effort + most;
    for (; sift.at < count && this.effort < end; sift.at += 1) {
      const row = rows[sift.at] as number;
      if (this.at(row) === isTrue) rows[sift.kept++] = row;
    }
  }
}
