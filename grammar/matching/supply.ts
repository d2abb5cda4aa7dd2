import { FactList } from '../documents/fact-list.ts';
import type { Party, Price } from '../documents/model.ts';
import { Memo, type MemoBounds } from '../memo.ts';
import type { Fact } from '../values/fact.ts';
import type { FactOrText } from '../values/fact-text.ts';
import { Additions } from './additions.ts';
import { type Bits, setBit, wordsFor } from './bits.ts';
import { Columns } from './columns.ts';
import { Dictionary, type Epoch } from './dictionary.ts';
import type { FactColumn } from './fact-column.ts';
import { Kept } from './kept.ts';
import { doubles, integers, List, Pages } from './pages.ts';
import type { Ranks } from './ranks.ts';
import type { Shape } from './shapes.ts';
import type { VerdictBits } from './verdict-bits.ts';
import { type Snapshot, Versions } from './versions.ts';
import { type ConditionColumns, type Manners, mannersKey, mannersOf, type Wants, wantsOf } from './wants.ts';

/** Rows for which there is a bit at first. */
const firstBits = 64;
/** How much of what Asks found out about every Tell is kept for the Asks that come after. */
export interface Keeping {
  /** Verdicts on a clause or a want: each takes two bits a Tell. */
  readonly verdicts: number;
  /** Ranks: each takes eight bytes a Tell. */
  readonly ranks: number;
}

const usual: Keeping = { verdicts: 256, ranks: 8 };

/** Conditions of which it is known what they are about: some hundred. */
const conditionBounds: MemoBounds = { characters: 64 * 1024, longest: 1024 };

/** Rows of one shape, and what each of them says. */
interface Alike {
  readonly rows: number[];
  readonly said: (readonly FactOrText[])[];
}

/** One in so many Tells has the next column make room before it is needed. */
const tellsAReserve = 16;

/**
 * Live Tells as matching reads them: a table with a column for each name. A Tell is a row; what many rows have alike
 * (facts, wants, prices) is kept once, so that an Ask puts a test to each different fact and not to each Tell. A row
 * that was removed stays readable while a snapshot that sees it is open.
 */
export class Supply {
  readonly #epoch: Epoch = { value: 0 };
  readonly prices = new Dictionary<readonly Price[]>(this.#epoch);
  readonly manners = new Dictionary<Manners>(this.#epoch);
  readonly versions = new Versions((row) => this.#giveUp(row));
  readonly additions = new Additions();
  /** What Asks that came before found out about every row. */
  readonly verdicts: Kept<VerdictBits>;
  readonly ranks: Kept<Ranks>;
  readonly #columns = new Columns(this.#epoch);
  readonly #conditions: ConditionColumns = new Memo(conditionBounds);
  readonly #ids = new List<string>();
  readonly #shapes = new List<Shape>();
  readonly #free: number[] = [];
  readonly #told = new Pages(doubles);
  readonly #slots = new Pages(doubles);
  readonly #price = new Pages(integers);
  readonly #manner = new Pages(integers);
  #open: Bits = new Int32Array(wordsFor(firstBits));
  #rows = 0;
  #next = 1;

  constructor(keeping: Keeping = usual) {
    this.verdicts = new Kept(this, keeping.verdicts);
    this.ranks = new Kept(this, keeping.ranks);
  }

  /** How many Tells there are. */
  get size(): number {
    return this.versions.count;
  }

  /** Grows with every Tell that is added or removed. */
  get version(): number {
    return this.versions.version;
  }

  /** The Tells as they are now, for work that others' changes come in between: it is to be disposed of after. */
  snapshot(): Snapshot {
    return this.versions.snapshot();
  }

  /** One more than the highest row. */
  get rows(): number {
    return this.#rows;
  }

  /** Another number whenever what was remembered by numbers of facts, prices or wants may be wrong. */
  get epoch(): number {
    return this.#epoch.value;
  }

  /** Another number whenever a column may be another one. */
  get generation(): number {
    return this.#columns.generation;
  }

  /**
   * Adds a Tell and returns its row. `told` orders Tells by when they were told; it is one more than that of the Tell
   * before unless given.
   */
  add(tell: Party, told: number = this.#next): number {
    return this.addAll([tell], [told])[0] as number;
  }

  /**
   * Adds Tells and returns their rows. What those say that say facts under the same names is put there column by column: one
   * by one each would go through all of them again, of which the caches of the processor hold the fewest.
   */
  addAll(tells: readonly Party[], told: readonly number[]): number[] {
    const rows = tells.map(() => this.#free.pop() ?? this.#rows++);
    while (wordsFor(this.#rows) > this.#open.length) this.#open = longer(this.#open);
    const shapes = this.#wantAll(rows, tells, this.#sayAll(rows, tells));
    for (let at = 0; at < rows.length; at += 1) {
      const [row, tell] = [rows[at] as number, tells[at] as Party];
      this.#shapes.set(row, (shapes[at] as Shape).take());
      this.#ids.set(row, tell.id);
      this.#told.set(row, told[at] as number);
      this.#next = Math.max(this.#next, (told[at] as number) + 1);
      this.#slots.set(row, tell.slots);
      this.#price.set(row, this.#priceOf(tell.prices));
      this.#manner.set(row, this.#mannerOf(tell));
      setBit(this.#open, row, tell.slots > 0);
    }
    // Rows that were removed are given up meanwhile, and shapes and columns with them: all new ones have to have theirs.
    for (const row of rows) {
      this.versions.add(row);
      this.additions.add(row);
      if (row % tellsAReserve === 0) this.#columns.reserve();
    }
    return rows;
  }

  /** Says the facts of Tells in their rows, and returns the shape that each has with these. */
  #sayAll(rows: readonly number[], tells: readonly Party[]): Shape[] {
    const alike = new Map<Shape, Alike>();
    const shapes = tells.map(({ facts }, at) => {
      const { names, said } = facts instanceof FactList ? facts : listOf(facts);
      const shape = this.#columns.shapeOfFacts(names);
      const others = alike.get(shape);
      if (others === undefined) alike.set(shape, { rows: [rows[at] as number], said: [said] });
      else {
        others.rows.push(rows[at] as number);
        others.said.push(said);
      }
      return shape;
    });
    for (const [shape, { rows, said }] of alike) {
      for (const [place, column] of shape.facts.entries()) column.sayAll(rows, said, place);
    }
    return shapes;
  }

  /** Says in their rows what Tells want that have these shapes with their facts, and returns the shapes with that. */
  #wantAll(rows: readonly number[], tells: readonly Party[], ofFacts: readonly Shape[]): Shape[] {
    const wanted = tells.map((tell) => wantsOf(tell, this.#conditions));
    const columns = wanted.map((wants) => wants.map((one) => this.#columns.ofWant(one)));
    const most = wanted.reduce((longest, { length }) => Math.max(longest, length), 0);
    for (let place = 0; place < most; place += 1) {
      for (let at = 0; at < rows.length; at += 1) {
        const one = wanted[at]?.[place];
        if (one !== undefined) columns[at]?.[place]?.want(rows[at] as number, one);
      }
    }
    return ofFacts.map((shape, at) =>
      (columns[at] as Wants[]).reduce((longer, wants) => longer.withWant(wants), shape),
    );
  }

  /** The number of prices, for one row more. */
  #priceOf(prices: readonly Price[]): number {
    if (prices.length === 0) return 0;
    const key = pricesKey(prices);
    return this.prices.take(key) || this.prices.put(key, prices);
  }

  #mannerOf(tell: Party): number {
    const key = mannersKey(tell);
    return this.manners.take(key) || this.manners.put(key, mannersOf(tell));
  }

  remove(row: number): void {
    if (this.has(row)) this.versions.remove(row);
  }

  #giveUp(row: number): void {
    if (this.#columns.giveUp(row, this.shapeOf(row))) {
      this.verdicts.forget();
      this.ranks.forget();
    }
    this.prices.release(this.#price.at(row));
    this.manners.release(this.#manner.at(row));
    this.#ids.set(row, undefined);
    this.#shapes.set(row, undefined);
    setBit(this.#open, row, false);
    this.#free.push(row);
  }

  /** Whether a row is a Tell that lives now. */
  has(row: number): boolean {
    return this.versions.lives(row);
  }

  column(name: string): FactColumn | undefined {
    return this.#columns.ofFacts(name);
  }

  /** All columns of what Tells want. */
  get wants(): Wants[] {
    return this.#columns.wants;
  }

  shapeOf(row: number): Shape {
    return this.#shapes.at(row) ?? this.#columns.nothing;
  }

  idOf(row: number): string {
    return this.#ids.at(row) ?? '';
  }

  toldOf(row: number): number {
    return this.#told.at(row);
  }

  slotsOf(row: number): number {
    return this.#slots.at(row);
  }

  priceOf(row: number): number {
    return this.#price.at(row);
  }

  mannerOf(row: number): number {
    return this.#manner.at(row);
  }

  /** Of the page of a row the numbers of prices, 0 where it says none. */
  pricesAt(row: number): Int32Array {
    return this.#price.pageAt(row);
  }

  /** Of the page of a row the numbers of manners. */
  mannersAt(row: number): Int32Array {
    return this.#manner.pageAt(row);
  }

  /** Whether a row holds a Tell with slots left, one that a snapshot keeps included: a bit a row. */
  get open(): Bits {
    return this.#open;
  }
}

function listOf(facts: ReadonlyMap<string, Fact>): FactList {
  return new FactList([...facts.keys()], [...facts.values()]);
}

function pricesKey(prices: readonly Price[]): string {
  return prices.map(({ header }) => header).join('\n');
}

function longer(bits: Bits): Bits {
  const to = new Int32Array(2 * bits.length);
  to.set(bits);
  return to;
}
