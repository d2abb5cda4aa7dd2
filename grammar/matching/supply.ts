import type { Party, PartyTest, Price } from '../documents/model.ts';
import type { Expression } from '../expressions/index.ts';
import { Column } from './column.ts';
import { Dictionary, type Epoch } from './dictionary.ts';
import { Lists } from './lists.ts';

/** Something that a Tell wants of an Ask. */
export type Demand =
  | { readonly kind: 'test'; readonly test: PartyTest }
  | { readonly kind: 'requires'; readonly expression: Expression }
  | { readonly kind: 'explicit'; readonly names: readonly string[] };

/** What a Tell says of the versions and promises that it takes. */
export interface Manners {
  readonly version: string;
  readonly understands: readonly string[];
  readonly acceptsVersions: readonly string[];
}

const firstCapacity = 64;

/**
 * Live Tells as matching reads them: a table with a column for each name. A Tell is a row; what many rows have alike
 * (facts, tests, prices) is kept once, so that an Ask puts a test to each different fact and not to each Tell.
 */
export class Supply {
  readonly #epoch: Epoch = { value: 0 };
  readonly demands = new Dictionary<Demand>(this.#epoch);
  readonly prices = new Dictionary<readonly Price[]>(this.#epoch);
  readonly manners = new Dictionary<Manners>(this.#epoch);
  /** By row the numbers of what the Tell wants, in its order. */
  readonly wanted = new Lists();
  readonly #columns = new Map<string, Column>();
  readonly #ids: (string | undefined)[] = [];
  readonly #columnsOf: (readonly Column[])[] = [];
  readonly #free: number[] = [];
  #told = new Float64Array(firstCapacity);
  #slots = new Float64Array(firstCapacity).fill(-1);
  #price = new Int32Array(firstCapacity);
  #manner = new Int32Array(firstCapacity);
  #rows = 0;
  #count = 0;
  #next = 1;

  /** How many Tells there are. */
  get size(): number {
    return this.#count;
  }

  /** One more than the highest row. */
  get rows(): number {
    return this.#rows;
  }

  /** Another number whenever what was remembered by numbers of facts, prices or demands may be wrong. */
  get epoch(): number {
    return this.#epoch.value;
  }

  /**
   * Adds a Tell and returns its row. `told` orders Tells by when they were told; it is one more than that of the Tell
   * before unless given.
   */
  add(tell: Party, told: number = this.#next): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row >= this.#told.length) this.#grow(row + 1);
    this.#next = Math.max(this.#next, told + 1);
    this.#count += 1;
    this.#ids[row] = tell.id ?? '';
    this.#told[row] = told;
    this.#slots[row] = tell.slots;
    const columns: Column[] = [];
    for (const [name, fact] of tell.facts) {
      const column = this.#columns.get(name) ?? this.#newColumn(name);
      column.set(row, fact, this.#told.length);
      columns.push(column);
    }
    this.#columnsOf[row] = columns;
    this.wanted.set(
      row,
      Array.from(demandsOf(tell), ([key, demand]) => this.demands.take(key, () => demand)),
    );
    const { prices } = tell;
    const priceKey = prices.map(({ header }) => header).join('\n');
    this.#price[row] = prices.length === 0 ? 0 : this.prices.take(priceKey, () => prices);
    this.#manner[row] = this.manners.take(mannersKey(tell), () => mannersOf(tell));
    return row;
  }

  #newColumn(name: string): Column {
    const column = new Column(this.#epoch);
    this.#columns.set(name, column);
    this.#epoch.value += 1;
    return column;
  }

  remove(row: number): void {
    if (!this.has(row)) return;
    for (const column of this.#columnsOf[row] ?? []) column.delete(row);
    for (const demand of this.wanted.of(row)) this.demands.release(demand);
    this.wanted.delete(row);
    this.prices.release(this.#price[row] ?? 0);
    this.manners.release(this.#manner[row] ?? 0);
    this.#ids[row] = undefined;
    this.#columnsOf[row] = [];
    this.#slots[row] = -1;
    this.#count -= 1;
    this.#free.push(row);
  }

  has(row: number): boolean {
    return row < this.#rows && (this.#slots[row] ?? -1) >= 0;
  }

  column(name: string): Column | undefined {
    return this.#columns.get(name);
  }

  idOf(row: number): string {
    return this.#ids[row] ?? '';
  }

  toldOf(row: number): number {
    return this.#told[row] as number;
  }

  /** Negative where the row is free. */
  slotsOf(row: number): number {
    return this.#slots[row] as number;
  }

  /** By row the number of its prices, 0 where it says none. */
  get priceNumbers(): Int32Array {
    return this.#price;
  }

  /** By row how many slots are left, negative where the row is free. */
  get slots(): Float64Array {
    return this.#slots;
  }

  /** By row the number of its manners. */
  get mannerNumbers(): Int32Array {
    return this.#manner;
  }

  priceOf(row: number): number {
    return this.#price[row] as number;
  }

  mannerOf(row: number): number {
    return this.#manner[row] as number;
  }

  #grow(rows: number): void {
    const capacity = Math.max(rows, 2 * this.#told.length);
    this.#told = copied(this.#told, new Float64Array(capacity));
    this.#slots = copied(this.#slots, new Float64Array(capacity).fill(-1));
    this.#price = copied(this.#price, new Int32Array(capacity));
    this.#manner = copied(this.#manner, new Int32Array(capacity));
  }
}

function copied<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Each under its header, which is text that tests of the same name and meaning share. */
function* demandsOf(tell: Party): Generator<[key: string, demand: Demand]> {
  for (const test of tell.tests) yield [test.header, { kind: 'test', test }];
  if (tell.explicit.length > 0) {
    yield [`Explicit: ${tell.explicit.join()}`, { kind: 'explicit', names: tell.explicit }];
  }
  for (const { expression, header } of tell.requires) yield [header, { kind: 'requires', expression }];
}

function mannersOf({ version, understands, acceptsVersions }: Party): Manners {
  return { version, understands, acceptsVersions };
}

function mannersKey({ version, understands, acceptsVersions }: Party): string {
  return `${version} ${understands.join()} ${acceptsVersions.join()}`;
}
