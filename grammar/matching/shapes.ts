import type { FactColumn } from './fact-column.ts';
import type { Wants } from './wants.ts';

/** Which columns a Tell has something in, in its order. Tells of the same names share one. */
export class Shape {
  readonly #before: Shape | undefined;
  readonly #column: FactColumn | Wants | undefined;
  readonly #next = new Map<FactColumn | Wants, Shape>();
  readonly #isWant: boolean;
  /** How many columns it has. */
  readonly length: number;
  #facts: readonly FactColumn[] | undefined;
  #wants: readonly Wants[] | undefined;
  #rows = 0;

  /** Without any: that of a Tell that says nothing. The others are reached from it. */
  constructor(before?: Shape, column?: FactColumn | Wants, isWant = false) {
    this.#before = before;
    this.#column = column;
    this.#isWant = isWant;
    this.length = before === undefined ? 0 : before.length + 1;
  }

  /** The shape with one column more. */
  withFact(column: FactColumn): Shape {
    return this.#next.get(column) ?? this.#longer(column, false);
  }

  withWant(column: Wants): Shape {
    return this.#next.get(column) ?? this.#longer(column, true);
  }

  #longer(column: FactColumn | Wants, isWant: boolean): Shape {
    const shape = new Shape(this, column, isWant);
    this.#next.set(column, shape);
    return shape;
  }

  get facts(): readonly FactColumn[] {
    this.#facts ??= this.#columns(false) as FactColumn[];
    return this.#facts;
  }

  get wants(): readonly Wants[] {
    this.#wants ??= this.#columns(true) as Wants[];
    return this.#wants;
  }

  #columns(isWant: boolean): (FactColumn | Wants)[] {
    const columns: (FactColumn | Wants)[] = [];
    for (let shape: Shape | undefined = this; shape !== undefined; shape = shape.#before) {
      if (shape.#column !== undefined && shape.#isWant === isWant) columns.push(shape.#column);
    }
    return columns.reverse();
  }

  /** One row more has this shape. */
  take(): this {
    this.#rows += 1;
    return this;
  }

  /** One row less. Says whether that was the last: then the shape is forgotten. */
  release(): boolean {
    this.#rows -= 1;
    if (this.#rows > 0) return false;
    let shape: Shape = this;
    while (shape.#rows === 0 && shape.#next.size === 0 && shape.#before !== undefined) {
      if (shape.#column !== undefined) shape.#before.#next.delete(shape.#column);
      shape = shape.#before;
    }
    return true;
  }
}
