import { type Cell, finiteMeasured } from '../expressions/cell.ts';
import type { Fact } from '../values/fact.ts';
import type { AskName, Saying } from './ask-name.ts';
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
  #at = 0;

  constructor(said: Pool<Said>, layout: Layout) {
    this.#said = said;
    this.#layout = layout;
  }

  /** Reads another record from here on. */
  move(layout: Layout, at: number): this {
    this.#layout = layout;
    this.#at = at;
    return this;
  }

  fact(name: string): Fact | undefined {
    const place = this.#layout.placeOf(name);
    if (place === undefined) return undefined;
    const value = this.#valueAt(place);
    const unit = this.#layout.slots[place]?.unit;
    return unit === undefined ? this.#said.at(value).fact : factOf({ unit, value });
  }

  cell(name: AskName): Cell {
    const place = name.placeIn(this.#layout);
    if (place === undefined) return undefined;
    const value = this.#valueAt(place);
    const unit = this.#layout.slots[place]?.unit;
    if (unit === 'number') return value;
    return unit === undefined ? this.#said.at(value).cell : finiteMeasured(unit, value);
  }

  #valueAt(place: number): number {
    const { values, capacity } = this.#layout.records;
    return values[place * capacity + this.#at] as number;
  }
}
