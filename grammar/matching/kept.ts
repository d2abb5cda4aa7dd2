import type { Additions } from './additions.ts';
import type { Sliced } from './sliced.ts';

/** Something that is found for every row of a table. */
export interface ByRow {
  /** Makes room for so many rows. */
  reserve(rows: number): void;
  /**
   * Finds it for the rows from `from`, which is a multiple of 32, to `until`, which is not included, and says whether it is
   * found for all: else a slice is over, and it is to be called again.
   */
  find(from: number, until: number): boolean;
  /** Finds it for a row that holds another thing now, and says what that took, which is one for most. */
  renew(row: number): number;
  /** What was remembered on the way is needed no longer. */
  rest(): void;
}

/** Rows that are found for in one slice: a multiple of 32. */
export const findRows = 2048;
/** How often a key is asked for before something is kept under it. */
const worthKeeping = 3;
/** Where more than one row in this many was added since, it is found anew. */
const manyAdded = 4;

interface Entry<T extends ByRow> {
  readonly thing: T;
  /** It was found for the rows before this, of those before `end`; of all others by what was added since. */
  found: number;
  end: number;
  /** The count of additions that it is true of. */
  heard: number;
  /** When it was used last. */
  used: number;
}

/** The table whose rows they are. */
export interface Rows {
  /** One more than the highest row. */
  readonly rows: number;
  readonly additions: Additions;
}

/**
 * Things found for every row of a table, each under a key, those kept that were used last. One is made when its key is
 * asked for a third time. It is brought up to date when it is asked for, in slices, which several who ask may share.
 */
export class Kept<T extends ByRow> {
  readonly #table: Rows;
  readonly #most: number;
  readonly #entries = new Map<string, Entry<T>>();
  /** How often keys were asked for of late: the third time it is worth while to keep something. */
  readonly #asked = new Map<string, number>();
  #clock = 0;

  /** Keeps at most so many things. */
  constructor(table: Rows, most: number) {
    this.#table = table;
    this.#most = most;
  }

  /** How many are kept. */
  get size(): number {
    return this.#entries.size;
  }

  forget(): void {
    this.#entries.clear();
    this.#asked.clear();
  }

  /** What is kept under a key, true of every row that is there when it is called; absent where the key is new. */
  *of(key: string, make: () => T): Sliced<T | undefined> {
    const entry = this.#entry(key, make);
    if (entry === undefined) return undefined;
    return (yield* this.#bringUp(entry)) ? entry.thing : undefined;
  }

  #entry(key: string, make: () => T): Entry<T> | undefined {
    if (this.#most === 0) return undefined;
    this.#clock += 1;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const asked = 1 + (this.#asked.get(key) ?? 0);
      if (asked < worthKeeping) {
        // A Map keeps the order of insertion, so the first is the one asked for first.
        const [oldest] = this.#asked.keys();
        if (this.#asked.size >= this.#most && oldest !== undefined) this.#asked.delete(oldest);
        this.#asked.set(key, asked);
        return undefined;
      }
      this.#asked.delete(key);
      const { rows, additions } = this.#table;
      entry = { thing: make(), found: 0, end: rows, heard: additions.count, used: 0 };
      if (this.#entries.size >= this.#most) this.#dropOne();
      this.#entries.set(key, entry);
    }
    entry.used = this.#clock;
    return entry;
  }

  /** Drops what was unused for longest. */
  #dropOne(): void {
    let [least, oldest] = [Number.POSITIVE_INFINITY, ''];
    for (const [key, { used }] of this.#entries) if (used < least) [least, oldest] = [used, key];
    this.#entries.delete(oldest);
  }

  /** Says whether it could be done: not where so much is added meanwhile that it is not known any longer what. */
  *#bringUp(entry: Entry<T>): Sliced<boolean> {
    const { additions, rows } = this.#table;
    const { thing } = entry;
    if (entry.heard < additions.first || additions.count - entry.heard > rows / manyAdded) {
      entry.found = 0;
      entry.end = rows;
      entry.heard = additions.count;
      thing.rest();
    }
    while (entry.found < entry.end) {
      thing.reserve(this.#table.rows);
      const until = Math.min(entry.found + findRows, entry.end);
      if (thing.find(entry.found, until)) entry.found = until;
      if (entry.found === entry.end) thing.rest();
      yield;
    }
    if (entry.heard < additions.first) return false;
    thing.reserve(this.#table.rows);
    for (let effort = 0; entry.heard < additions.count; ) {
      effort += thing.renew(additions.at(entry.heard));
      entry.heard += 1;
      if (effort < findRows) continue;
      effort = 0;
      yield;
      if (entry.heard < additions.first) return false;
      thing.reserve(this.#table.rows);
    }
    return true;
  }
}
