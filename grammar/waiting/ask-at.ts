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
  /** Characters of the texts that were read by name so far. */
  characters = 0;

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
    const slot = this.#layout.slotOf(name);
    if (slot === undefined) return undefined;
    const { records } = this.#layout;
    const { unit, column } = slot;
    if (unit === undefined) return this.#said.at(records.codeAt(column, this.#at)).fact;
    return factOf({ unit, value: records.numberAt(column, this.#at) });
  }

  cell(name: AskName): Cell {
    const slot = name.slotIn(this.#layout);
    if (slot === undefined) return undefined;
    const { records } = this.#layout;
    const { unit, column } = slot;
    if (unit === undefined) {
      const { fact, cell } = this.#said.at(records.codeAt(column, this.#at));
      this.characters += fact.text.length;
      return cell;
    }
    const value = records.numberAt(column, this.#at);
    return unit === 'number' ? value : finiteMeasured(unit, value);
  }
}
