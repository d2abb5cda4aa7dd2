import { Memo, type MemoBounds } from '../memo.ts';
import type { Epoch } from './dictionary.ts';
import { FactColumn } from './fact-column.ts';
import type { Members } from './kept-fact.ts';
import { Shape } from './shapes.ts';
import { type NamedWant, namesOf, Wants } from './wants.ts';

/** Members of sets that are kept once for all Tells: some two thousand. */
const memberBounds: MemoBounds = { characters: 128 * 1024, longest: 64 };

/** Shapes that no Tell has any longer, after so many of which columns that nobody says anything in are given up. */
const shapesGone = 256;
/** Lists of names of which it is known which shape they have. */
const namesKept = 256;

/** The columns of a table, one for each name that facts are said under or something is wanted of, and the shapes of its rows. */
export class Columns {
  /** The shape of a Tell that says nothing. */
  readonly nothing = new Shape();
  readonly #epoch: Epoch;
  readonly #members: Members = new Memo(memberBounds);
  readonly #facts = new Map<string, FactColumn>();
  readonly #wants = new Map<string, Wants>();
  /** By lists of names that many Tells have in common. */
  readonly #shapesOfFacts = new Map<readonly string[], Shape>();
  #reserving: Iterator<FactColumn | Wants> | undefined;
  #generation = 0;
  #shapesGone = 0;

  constructor(epoch: Epoch) {
    this.#epoch = epoch;
  }

  /** Another number whenever a column may be another one. */
  get generation(): number {
    return this.#generation;
  }

  /** What is said under a name. */
  ofFacts(name: string): FactColumn | undefined {
    return this.#facts.get(name);
  }

  get wants(): Wants[] {
    return [...this.#wants.values()];
  }

  /** The column of something that is wanted. */
  ofWant({ column, demands: [first] }: NamedWant): Wants {
    const known = this.#wants.get(column);
    if (known !== undefined) return known;
    const wants = new Wants(this.#epoch, first.kind, namesOf(first));
    this.#wants.set(column, wants);
    return wants;
  }

  /** The shape of a Tell that says facts under these names and wants nothing. */
  shapeOfFacts(names: readonly string[]): Shape {
    const known = this.#shapesOfFacts.get(names);
    if (known !== undefined) return known;
    let shape = this.nothing;
    for (const name of names) shape = shape.withFact(this.#facts.get(name) ?? this.#newColumn(name));
    if (this.#shapesOfFacts.size === namesKept) this.#shapesOfFacts.clear();
    this.#shapesOfFacts.set(names, shape);
    return shape;
  }

  #newColumn(name: string): FactColumn {
    const column = new FactColumn(this.#epoch, this.#members);
    this.#facts.set(name, column);
    this.#epoch.value += 1;
    return column;
  }

  /** Has one column after another make room before it is needed, so that not all of a table grow in the same step. */
  reserve(): void {
    let next = this.#reserving?.next();
    if (next === undefined || next.done) {
      this.#reserving = [...this.#facts.values(), ...this.#wants.values()].values();
      next = this.#reserving.next();
    }
    next.value?.measured.reserve();
  }

  /** Takes the row of a shape out of all its columns. Says whether columns were given up with it. */
  giveUp(row: number, shape: Shape): boolean {
    for (const column of shape.facts) column.delete(row);
    for (const wants of shape.wants) wants.delete(row);
    if (!shape.release()) return false;
    this.#shapesOfFacts.clear(); // one of them may be forgotten with it
    this.#shapesGone += 1;
    return this.#shapesGone >= shapesGone && this.#giveUpEmpty();
  }

  #giveUpEmpty(): boolean {
    this.#shapesGone = 0;
    const before = this.#facts.size + this.#wants.size;
    for (const columns of [this.#facts, this.#wants]) {
      for (const [name, { rows }] of columns) if (rows === 0) columns.delete(name);
    }
    if (this.#facts.size + this.#wants.size === before) return false;
    this.#generation += 1;
    this.#epoch.value += 1;
    return true;
  }
}
