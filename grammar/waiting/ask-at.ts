import { type Cell, finiteMeasured } from '../expressions/cell.ts';
import type { Fact } from '../values/fact.ts';
import type { Saying } from './arrival.ts';
import type { Layout } from './layout.ts';
import type { Pool } from './pool.ts';
import { factOf } from './size.ts';

/** What an Ask says under a name, where that is not one number. */
export interface Said {
  readonly fact: Fact;
  readonly cell: Cell;
}

/** What an Ask says, read of its record: one of these is moved from record to record, for Asks are many. */
export class AskAt implements Saying {
  readonly #said: Pool<Said>;
  #layout: Layout;
  #values: Float64Array;
  #from = 0;

  constructor(said: Pool<Said>, layout: Layout) {
    this.#said = said;
    this.#layout = layout;
    this.#values = new Float64Array(0);
  }

  /** Reads another record from here on. */
  move(layout: Layout, values: Float64Array, from: number): this {
    this.#layout = layout;
    this.#values = values;
    this.#from = from;
    return this;
  }

  fact(name: string): Fact | undefined {
    const place = this.#layout.placeOf(name);
    if (place === undefined) return undefined;
    const value = this.#values[this.#from + place] as number;
    const unit = this.#layout.slots[place]?.unit;
    return unit === undefined ? this.#said.at(value).fact : factOf({ unit, value });
  }

  cell(name: string): Cell {
    const place = this.#layout.placeOf(name);
    if (place === undefined) return undefined;
    const value = this.#values[this.#from + place] as number;
    const unit = this.#layout.slots[place]?.unit;
    if (unit === 'number') return value;
    return unit === undefined ? this.#said.at(value).cell : finiteMeasured(unit, value);
  }
}
