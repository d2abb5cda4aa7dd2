import type { Cell } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import type { Saying } from './arrival.ts';
import type { Layout } from './layout.ts';
import type { Pool } from './pool.ts';

/** What an Ask says under a name. */
export interface Said {
  readonly fact: Fact;
  readonly cell: Cell;
}

/** An Ask as the numbers of what it says and wants. */
export interface Numbers {
  readonly layoutNumber: number;
  /** In the order of the layout. */
  readonly facts: readonly number[];
  readonly wants: readonly number[];
  readonly pairings: readonly number[];
}

/** An Ask that waits, or several that say and want the same. */
export class Entry implements Saying, Numbers {
  readonly key: string;
  readonly layoutNumber: number;
  readonly facts: readonly number[];
  readonly wants: readonly number[];
  readonly pairings: readonly number[];
  readonly layout: Layout;
  /** Where it stands in the index. */
  place = -1;
  readonly #said: Pool<Said>;
  #row = -1;
  #others: Set<number> | undefined;

  constructor(key: string, numbers: Numbers, layout: Layout, said: Pool<Said>) {
    this.key = key;
    this.layoutNumber = numbers.layoutNumber;
    this.facts = numbers.facts;
    this.wants = numbers.wants;
    this.pairings = numbers.pairings;
    this.layout = layout;
    this.#said = said;
  }

  fact(name: string): Fact | undefined {
    return this.#saidOf(name)?.fact;
  }

  cell(name: string): Cell {
    return this.#saidOf(name)?.cell;
  }

  #saidOf(name: string): Said | undefined {
    const place = this.layout.placeOf(name);
    return place === undefined ? undefined : this.#said.at(this.facts[place] as number);
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
