import { type Cell, cellOf } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import { Column } from './column.ts';
import type { Epoch } from './dictionary.ts';
import { factOf, type KeptFact, keptFact, type Members } from './kept-fact.ts';
import { Measured } from './measured.ts';
import { pointOf } from './measures.ts';

/** Characters that are compared for as much as a small fact. */
export const charactersAnEffort = 64;

/** What is the same text for facts that are the same, and another for any other of the name. */
export function factKey({ values, text }: Fact): string {
  return values.length === 1 ? text : `${values.length}, ${text}`;
}

/** The facts that Tells say under one name. */
export class FactColumn extends Column<KeptFact> {
  /** By number the facts that are amounts. */
  readonly measured = new Measured<KeptFact>(this.things, (kept) => pointOf(factOf(kept)));
  readonly #members: Members;
  /** By number; one for each that was read. */
  #cells: Cell[] = [];

  constructor(epoch: Epoch, members: Members) {
    super(epoch);
    this.#members = members;
  }

  say(row: number, fact: Fact): void {
    const key = factKey(fact);
    this.set(row, this.things.take(key) || this.#put(key, fact));
  }

  #put(key: string, fact: Fact): number {
    const number = this.things.put(key, keptFact(fact, this.#members));
    if (this.measured.isWanted) this.measured.set(number, pointOf(fact));
    if (number < this.#cells.length) this.#cells[number] = undefined;
    return number;
  }

  /** What it takes to compare a fact: the text of a large one is long. */
  effortOf(number: number): number {
    const kept = this.things.at(number);
    const text = typeof kept === 'string' ? kept : (kept?.text ?? '');
    return 1 + Math.floor(text.length / charactersAnEffort);
  }

  factAt(row: number): Fact | undefined {
    return this.fact(this.at(row));
  }

  /** The fact of a number. */
  fact(number: number): Fact | undefined {
    return factOf(this.things.at(number));
  }

  cellAt(row: number): Cell {
    return this.cellOf(this.at(row));
  }

  cellOf(number: number): Cell {
    const known = this.#cells[number];
    if (known !== undefined) return known;
    const cell = cellOf(this.fact(number));
    while (this.#cells.length < number) this.#cells.push(undefined);
    this.#cells[number] = cell;
    return cell;
  }
}
