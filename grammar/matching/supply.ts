import { FactList } from '../documents/fact-list.ts';
import type { Party, Price } from '../documents/model.ts';
import { Memo, type MemoBounds, ownCopy } from '../memo.ts';
import type { Fact } from '../values/fact.ts';
import type { FactOrText } from '../values/fact-text.ts';
import { Additions } from './additions.ts';
import { type Bits, setBit, wordsFor } from './bits.ts';
import { Dictionary, type Epoch } from './dictionary.ts';
import { FactColumn } from './fact-column.ts';
import { Kept } from './kept.ts';
import type { Members } from './kept-fact.ts';
import { doubles, integers, List, Pages } from './pages.ts';
import type { Ranks } from './ranks.ts';
import { Shape } from './shapes.ts';
import type { VerdictBits } from './verdict-bits.ts';
import { type Snapshot, Versions } from './versions.ts';
import {
  type ConditionColumns,
  type Manners,
  mannersKey,
  mannersOf,
  type NamedWant,
  namesOf,
  Wants,
  wantsOf,
} from './wants.ts';

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

/** Members of sets that are kept once for all Tells: some two thousand. */
const memberBounds: MemoBounds = { characters: 128 * 1024, longest: 64 };

/** Conditions of which it is known what they are about: some hundred. */
const conditionBounds: MemoBounds = { characters: 64 * 1024, longest: 1024 };

/** Shapes that no Tell has any longer, after so many of which columns that nobody says anything in are given up. */
const shapesGone = 256;
/** Lists of names of which it is known which shape they have. */
const namesKept = 256;
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
  readonly #members: Members = new Memo(memberBounds);
  readonly #conditions: ConditionColumns = new Memo(conditionBounds);
  readonly #columns = new Map<string, FactColumn>();
  readonly #wants = new Map<string, Wants>();
  readonly #nothing = new Shape();
  /** By lists of names that many Tells have in common. */
  readonly #shapesOfFacts = new Map<readonly string[], Shape>();
  readonly #ids = new List<string>();
  readonly #shapes = new List<Shape>();
  readonly #free: number[] = [];
  readonly #told = new Pages(doubles);
  readonly #slots = new Pages(doubles);
  readonly #price = new Pages(integers);
  readonly #manner = new Pages(integers);
  #open: Bits = new Int32Array(wordsFor(firstBits));
  #reserving: Iterator<FactColumn | Wants> | undefined;
  #rows = 0;
  #next = 1;
  #generation = 0;
  #shapesGone = 0;

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
    return this.#generation;
  }

  /**
   * Adds a Tell and returns its row. `told` orders Tells by when they were told; it is one more than that of the Tell
   * before unless given.
   */
  add(tell: Party, told: number = this.#next): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (wordsFor(row + 1) > this.#open.length) this.#open = longer(this.#open);
    this.#next = Math.max(this.#next, told + 1);
    this.#ids.set(row, ownCopy(tell.id ?? ''));
    this.#told.set(row, told);
    this.#slots.set(row, tell.slots);
    const facts = tell.facts instanceof FactList ? tell.facts : listOf(tell.facts);
    const { said } = facts;
    let shape = this.#shapeOfFacts(facts.names);
    const columns = shape.facts;
    for (let place = 0; place < columns.length; place += 1) {
      (columns[place] as FactColumn).say(row, said[place] as FactOrText);
    }
    for (const one of wantsOf(tell, this.#conditions)) {
      const wants = this.#wants.get(one.column) ?? this.#newWants(one);
      wants.want(row, one);
      shape = shape.withWant(wants);
    }
    this.#shapes.set(row, shape.take());
    this.#price.set(row, this.#priceOf(tell.prices));
    const manners = mannersKey(tell);
    this.#manner.set(row, this.manners.take(manners) || this.manners.put(manners, mannersOf(tell)));
    setBit(this.#open, row, tell.slots > 0);
    this.versions.add(row);
    this.additions.add(row);
    if (row % tellsAReserve === 0) this.#reserve();
    return row;
  }

  /** The shape of a Tell that says facts under these names and wants nothing. */
  #shapeOfFacts(names: readonly string[]): Shape {
    const known = this.#shapesOfFacts.get(names);
    if (known !== undefined) return known;
    let shape = this.#nothing;
    for (const name of names) shape = shape.withFact(this.#columns.get(name) ?? this.#newColumn(name));
    if (this.#shapesOfFacts.size === namesKept) this.#shapesOfFacts.clear();
    this.#shapesOfFacts.set(names, shape);
    return shape;
  }

  #newColumn(name: string): FactColumn {
    const column = new FactColumn(this.#epoch, this.#members);
    this.#columns.set(name, column);
    this.#epoch.value += 1;
    return column;
  }

  #newWants({ column, demands: [first] }: NamedWant): Wants {
    const wants = new Wants(this.#epoch, first.kind, namesOf(first));
    this.#wants.set(column, wants);
    return wants;
  }

  /** The number of prices, for one row more. */
  #priceOf(prices: readonly Price[]): number {
    if (prices.length === 0) return 0;
    const key = pricesKey(prices);
    return this.prices.take(key) || this.prices.put(key, prices);
  }

  remove(row: number): void {
    if (this.has(row)) this.versions.remove(row);
  }

  #giveUp(row: number): void {
    const shape = this.shapeOf(row);
    for (const column of shape.facts) column.delete(row);
    for (const wants of shape.wants) wants.delete(row);
    if (shape.release()) {
      this.#shapesOfFacts.clear(); // one of them may be forgotten with it
      this.#giveUpColumns();
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
    return this.#columns.get(name);
  }

  /** All columns of what Tells want. */
  get wants(): Wants[] {
    return [...this.#wants.values()];
  }

  shapeOf(row: number): Shape {
    return this.#shapes.at(row) ?? this.#nothing;
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

  /** Has one column after another make room before it is needed, so that not all of a table grow in the same step. */
  #reserve(): void {
    let next = this.#reserving?.next();
    if (next === undefined || next.done) {
      this.#reserving = [...this.#columns.values(), ...this.#wants.values()].values();
      next = this.#reserving.next();
    }
    next.value?.measured.reserve();
  }

  #giveUpColumns(): void {
    this.#shapesGone += 1;
    if (this.#shapesGone < shapesGone) return;
    this.#shapesGone = 0;
    const before = this.#columns.size + this.#wants.size;
    for (const columns of [this.#columns, this.#wants]) {
      for (const [name, { rows }] of columns) if (rows === 0) columns.delete(name);
    }
    if (this.#columns.size + this.#wants.size === before) return;
    this.#generation += 1;
    this.#epoch.value += 1;
    this.verdicts.forget();
    this.ranks.forget();
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
