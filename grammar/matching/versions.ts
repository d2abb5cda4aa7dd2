import { doubles, Pages, pageMask } from './pages.ts';

/** A table as it stood at one moment. What was removed after it stays readable while it is open. */
export interface Snapshot {
  /** How many changes there had been. */
  readonly version: number;
  /** How many rows there were. */
  readonly size: number;
  [Symbol.dispose](): void;
}

/** Removed rows that are given up for each change, and at the end of each snapshot: so no one step takes long. */
const givenUpAChange = 4;
const givenUpASnapshot = 256;

/** Since when and until when each row of a table holds what it holds, and which removed rows a snapshot still needs. */
export class Versions {
  /** By row the version that brought it; infinite where the row is free. */
  readonly #since = new Pages(doubles, Number.POSITIVE_INFINITY);
  /** By row the version that removed it; infinite while it lives. */
  readonly #until = new Pages(doubles, Number.POSITIVE_INFINITY);
  readonly #giveUp: (row: number) => void;
  /** By version how many snapshots of it are open; versions only grow, so the first is the oldest. */
  readonly #open = new Map<number, number>();
  /** The newest snapshot of those that were open at once. */
  #newest = 0;
  /** Removed rows that a snapshot may need, in the order of their removal. */
  #removed: number[] = [];
  #begin = 0;
  #version = 0;
  #count = 0;

  /** `giveUp` is told of each row that nobody needs any longer. */
  constructor(giveUp: (row: number) => void) {
    this.#giveUp = giveUp;
  }

  /** Grows with every row that is added or removed. */
  get version(): number {
    return this.#version;
  }

  /** How many rows live. */
  get count(): number {
    return this.#count;
  }

  lives(row: number): boolean {
    return this.#until.at(row) === Number.POSITIVE_INFINITY && this.#since.at(row) <= this.#version;
  }

  add(row: number): void {
    this.#version += 1;
    this.#count += 1;
    this.#since.set(row, this.#version);
    this.#until.set(row, Number.POSITIVE_INFINITY); // so that its page has a place for the row
    this.#reclaim(givenUpAChange);
  }

  /** Removes a row that lives. It is given up at once unless a snapshot sees it. */
  remove(row: number): void {
    this.#version += 1;
    this.#count -= 1;
    this.#until.set(row, this.#version);
    if (this.#open.size === 0 || this.#newest < this.#since.at(row)) this.#end(row);
    else this.#removed.push(row);
    this.#reclaim(givenUpAChange);
  }

  /** Whether a snapshot of this version sees what the row holds. */
  sees(version: number, row: number): boolean {
    return this.#since.at(row) <= version && version < this.#until.at(row);
  }

  /** Whether a snapshot of this version sees every row that is not free. */
  seesAll(version: number): boolean {
    return version === this.#version && this.#begin === this.#removed.length;
  }

  /** Keeps those of the first `count` rows, of one page, that a snapshot of this version sees, and returns how many. */
  keep(rows: Int32Array, count: number, version: number): number {
    const [since, until] = [this.#since.pageAt(rows[0] ?? 0), this.#until.pageAt(rows[0] ?? 0)];
    let kept = 0;
    for (let at = 0; at < count; at += 1) {
      const row = rows[at] as number;
      const place = row & pageMask;
      if ((since[place] as number) <= version && version < (until[place] as number)) rows[kept++] = row;
    }
    return kept;
  }

  snapshot(): Snapshot {
    const version = this.#version;
    this.#newest = version;
    this.#open.set(version, (this.#open.get(version) ?? 0) + 1);
    let isOpen = true;
    return {
      version,
      size: this.#count,
      [Symbol.dispose]: () => {
        if (isOpen) this.#close(version);
        isOpen = false;
      },
    };
  }

  #close(version: number): void {
    const others = (this.#open.get(version) ?? 0) - 1;
    if (others > 0) this.#open.set(version, others);
    else this.#open.delete(version);
    this.#reclaim(givenUpASnapshot);
  }

  /** Gives up at most so many removed rows that no open snapshot sees. */
  #reclaim(most: number): void {
    const [oldest = Number.POSITIVE_INFINITY] = this.#open.keys();
    const end = Math.min(this.#removed.length, this.#begin + most);
    for (; this.#begin < end; this.#begin += 1) {
      const row = this.#removed[this.#begin] as number;
      if (this.#until.at(row) > oldest) break;
      this.#end(row);
    }
    if (this.#begin === this.#removed.length) {
      this.#removed = [];
      this.#begin = 0;
    } else if (this.#begin > givenUpASnapshot && 2 * this.#begin > this.#removed.length) {
      this.#removed = this.#removed.slice(this.#begin);
      this.#begin = 0;
    }
  }

  #end(row: number): void {
    this.#since.set(row, Number.POSITIVE_INFINITY);
    this.#until.set(row, Number.POSITIVE_INFINITY);
    this.#giveUp(row);
  }
}
