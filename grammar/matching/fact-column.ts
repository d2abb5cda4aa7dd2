import { type Cell, cellOf } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import { Column } from './column.ts';
import type { Epoch } from './dictionary.ts';
import { factOf, type KeptFact, keptFact, type Members } from './kept-fact.ts';
import { Measures, pointOf } from './measures.ts';

/** What is the same text for facts that are the same, and another for any other of the name. */
export function factKey({ values, text }: Fact): string {
  return values.length === 1 ? text : `${values.length}, ${text}`;
}

/** The facts that Tells say under one name. */
export class FactColumn extends Column<KeptFact> {
  readonly #members: Members;
  /** By number; one for each that was read. */
  #cells: Cell[] = [];
  #measures: Measures | undefined;

  constructor(epoch: Epoch, members: Members) {
    super(epoch);
    this.#members = members;
  }

  say(row: number, fact: Fact, capacity: number): void {
    this.set(row, factKey(fact), (number) => this.#take(number, fact), capacity);
  }

  #take(number: number, fact: Fact): KeptFact {
    this.#measures?.set(number, pointOf(fact));
    if (number < this.#cells.length) this.#cells[number] = undefined;
    return keptFact(fact, this.#members);
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

  /** By number the facts that are amounts, from when somebody first asks for them. */
  get measures(): Measures {
    if (this.#measures !== undefined) return this.#measures;
    const measures = new Measures();
    for (let number = 1; number < this.things.size; number += 1) {
      const fact = this.fact(number);
      if (fact !== undefined) measures.set(number, pointOf(fact));
    }
    this.#measures = measures;
    return measures;
  }
}
