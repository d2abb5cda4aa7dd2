import type { Check } from './check.ts';
import type { Sift } from './sift.ts';
import type { Sliced } from './sliced.ts';
import { type Code, isTrue } from './truth.ts';

/** A check of which nothing is remembered. */
export class RowCheck implements Check {
  readonly key: string | undefined;
  readonly parts: readonly Check[] = [this];
  readonly #verdict: (row: number) => Code;
  effort = 0;

  constructor(key: string | undefined, verdict: (row: number) => Code) {
    this.key = key;
    this.#verdict = verdict;
  }

  forget(): void {}

  at(row: number): Code {
    return this.#verdict(row);
  }

  afresh(row: number): Code {
    return this.#verdict(row);
  }

  fill(from: number, until: number, codes: Uint8Array): void {
    for (let row = from; row < until; row += 1) codes[row - from] = this.#verdict(row);
  }

  *prepare(): Sliced<void> {}

  keep(sift: Sift, most: number): void {
    const { rows, count } = sift;
    const end = Math.min(count, sift.at + most);
    this.effort += end - sift.at;
    for (; sift.at < end; sift.at += 1) {
      const row = rows[sift.at] as number;
      if (this.#verdict(row) === isTrue) rows[sift.kept++] = row;
    }
  }
}
