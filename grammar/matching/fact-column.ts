import { type Cell, cellOf } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import { type FactOrText, factOf } from '../values/fact-text.ts';
import { Column } from './column.ts';
import type { Epoch } from './dictionary.ts';
import { charactersAnEffort, textEffort } from './effort.ts';
import { keptFact, type Members } from './kept-fact.ts';
import { Measured } from './measured.ts';
import { pointOf } from './measures.ts';

/** What is the same text for facts that are the same, and another for any other of the name. */
export function factKey({ values, text }: Fact): string {
  return values.length === 1 ? text : `${values.length}, ${text}`;
}

/** The facts that Tells say under one name. */
export class FactColumn extends Column<FactOrText> {
  /** By number the facts that are amounts. */
  readonly measured = new Measured<FactOrText>(this.things, (kept) => pointOf(factOf(kept)));
  /** Whether something in it ever took more than a small fact does. */
  isLarge = false;
  readonly #members: Members;
  /** By number; one for each that was read. */
  #cells: Cell[] = [];

  constructor(epoch: Epoch, members: Members) {
    super(epoch);
    this.#members = members;
  }

  /** Says in rows what stands at `place` in what each of them says. */
  sayAll(rows: readonly number[], said: readonly (readonly FactOrText[])[], place: number): void {
    for (let at = 0; at < rows.length; at += 1) {
      this.#say(rows[at] as number, (said[at] as readonly FactOrText[])[place] as FactOrText);
    }
  }

  #say(row: number, fact: FactOrText): void {
    const key = typeof fact === 'string' ? fact : factKey(fact);
    this.set(row, this.things.take(key) || this.#put(key, fact));
  }

  #put(key: string, fact: FactOrText): number {
    if (key.length >= charactersAnEffort) this.isLarge = true;
    const kept = keptFact(fact, this.#members);
    const number = typeof kept === 'string' ? this.things.put(kept, kept, true) : this.things.put(key, kept);
    if (this.measured.isWanted) this.measured.set(number, pointOf(factOf(kept)));
    if (number < this.#cells.length) this.#cells[number] = undefined;
    return number;
  }

  /** What it takes to compare a fact: the text of a large one is long. */
  effortOf(number: number): number {
    const kept = this.things.at(number);
    const text = typeof kept === 'string' ? kept : (kept?.text ?? '');
    return textEffort(text);
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
