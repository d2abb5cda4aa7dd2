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

/** An Ask that waits, or several that say and want the same. */
export class Entry implements Saying {
  readonly key: string;
  readonly layoutNumber: number;
  readonly layout: Layout;
  /** As the layout says. */
  readonly record: readonly number[];
  /** Where it stands in the index. */
  place = -1;
  readonly #said: Pool<Said>;
  #row = -1;
  #others: Set<number> | undefined;

  constructor(
    key: string,
    layoutNumber: number,
    layout: Layout,
    record: readonly number[],
    said: Pool<Said>,
  ) {
    this.key = key;
    this.layoutNumber = layoutNumber;
    this.layout = layout;
    this.record = record;
    this.#said = said;
  }

  fact(name: string): Fact | undefined {
    const place = this.layout.placeOf(name);
    if (place === undefined) return undefined;
    const [number, unit] = [this.record[place] as number, this.layout.slots[place]?.unit];
    return unit === undefined ? this.#said.at(number).fact : factOf({ unit, value: number });
  }

  cell(name: string): Cell {
    const place = this.layout.placeOf(name);
    if (place === undefined) return undefined;
    const [number, unit] = [this.record[place] as number, this.layout.slots[place]?.unit];
    if (unit === 'number') return number;
    return unit === undefined ? this.#said.at(number).cell : finiteMeasured(unit, number);
  }

  addRow(row: number): void {
    if (this.#row < 0) this.#row = row;
    else {
      this.#others ??= new Set();
      this.#others.add(row);
    }
  }

  /** Says whether no row is left. */
  removeRow(row: number): boolean {
    if (row !== this.#row) {
      this.#others?.delete(row);
      return false;
    }
    const [next = -1] = this.#others ?? [];
    this.#others?.delete(next);
    this.#row = next;
    return next < 0;
  }

  /** Adds its rows to a list. */
  writeRows(rows: number[]): void {
    rows.push(this.#row);
    for (const row of this.#others ?? []) rows.push(row);
  }
}
