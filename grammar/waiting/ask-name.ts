import type { Cell } from '../expressions/index.ts';
import type { Columns, Slot } from './columns.ts';

/** What an Ask says under a name. */
export interface Saying {
  cell(name: AskName): Cell;
}

/** A name where a condition reads it of Asks. Asks of one layout come one after the other, so where it was is kept. */
export class AskName {
  readonly #name: string;
  #of = 0;
  #slot: Slot | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  slotIn(columns: Columns): Slot | undefined {
    if (columns.number !== this.#of) {
      this.#of = columns.number;
      this.#slot = columns.slotOf(this.#name);
    }
    return this.#slot;
  }
}
