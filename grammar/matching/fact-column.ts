import { type Cell, cellOf } from '../expressions/index.ts';
import { ownCopy } from '../memo.ts';
import type { Fact } from '../values/fact.ts';
import { Column } from './column.ts';
import { Measures, pointOf } from './measures.ts';

/** What is the same text for facts that are the same, and another for any other of the name. */
export function factKey({ values, text }: Fact): string {
  return values.length === 1 ? text : `${values.length}, ${text}`;
}

/** The facts that Tells say under one name. */
export class FactColumn extends Column<Fact> {
  /** By number; one for each that was read. */
  #cells: Cell[] = [];
  #measures: Measures | undefined;

  say(row: number, fact: Fact, capacity: number): void {
    this.set(row, factKey(fact), (number) => this.#take(number, fact), capacity);
  }

  #take(number: number, fact: Fact): Fact {
    this.#measures?.set(number, pointOf(fact));
    if (number < this.#cells.length) this.#cells[number] = undefined;
    return ownFact(fact);
  }

  factAt(row: number): Fact | undefined {
    return this.things.at(this.at(row));
  }

  cellAt(row: number): Cell {
    return this.cellOf(this.at(row));
  }

  cellOf(number: number): Cell {
    const known = this.#cells[number];
    if (known !== undefined) return known;
    const cell = cellOf(this.things.at(number));
    while (this.#cells.length < number) this.#cells.push(undefined);
    this.#cells[number] = cell;
    return cell;
  }

  /** By number the facts that are amounts, from when somebody first asks for them. */
  get measures(): Measures {
    if (this.#measures !== undefined) return this.#measures;
    const measures = new Measures();
    for (let number = 1; number < this.things.size; number += 1) {
      const fact = this.things.at(number);
      if (fact !== undefined) measures.set(number, pointOf(fact));
    }
    this.#measures = measures;
    return measures;
  }
}

/** A fact that is kept may be no view into a document, or it would hold on to all of it. */
function ownFact({ values, text }: Fact): Fact {
  const own = ownCopy(text);
  const copied = values.map((value) => {
    if (value.kind !== 'string') return value;
    return { ...value, text: value.text === text ? own : ownCopy(value.text) };
  });
  return { values: copied, text: own };
}
