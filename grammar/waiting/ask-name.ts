import type { Cell } from '../expressions/index.ts';
import type { Columns } from './columns.ts';

/** What an Ask says under a name. */
export interface Saying {
  cell(name: AskName): Cell;
}

/** A name where a condition reads it of Asks. Asks of one layout come one after the other, so where it was is kept. */
export class AskName {
  readonly #name: string;
  #of = 0;
  #place: number | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** The slot of the name; undefined where none is. */
  placeIn(columns: Columns): number | undefined {
    if (columns.number !== this.#of) {
      this.#of = columns.number;
      this.#place = columns.placeOf(this.#name);
    }
    return this.#place;
  }
}
