import type { Items } from '../tests/read.ts';
import type { Speaker } from '../vocabulary/row.ts';
import { type Word, wordOf } from './word.ts';

/** So many lines of a name are kept before it is asked whether they come again. */
const linesOnTrial = 256;

/**
 * They do where one is found for so many that are kept: so those of a name with some hundreds of values stay. Of more it
 * is cheaper to read each again than to look for it in memory that no cache holds.
 */
const keptForOneFound = 2;

/** So many lines of a name whose lines do not come again pass by before they are tried again; and twice as many each time. */
const linesPassing = 16 * linesOnTrial;
const mostPassing = 256 * linesOnTrial;

/**
 * A name as it was written: what it is in the mouth of each side, and whether lines with it are worth keeping, which
 * those of `Id` are not.
 */
export class Name {
  readonly written: string;
  readonly items: Items | undefined;
  /** A number by which it differs from most others. */
  readonly seed: number;
  #teller: Word | undefined;
  #asker: Word | undefined;
  #neither: Word | undefined;
  #kept = 0;
  #found = 0;
  #passed = 0;
  #passing = linesPassing;

  /** `items` are kept for all names together. */
  constructor(written: string, items?: Items) {
    this.written = written;
    this.items = items;
    let seed = 0;
    for (let at = 0; at < written.length; at += 1) seed = (31 * seed + written.charCodeAt(at)) & 0xffff;
    this.seed = seed;
  }

  /** The name as one side says it, or a document that says nothing about the one or the other. */
  word(speaker: Speaker | undefined): Word {
    if (speaker === 'teller') {
      this.#teller ??= wordOf(this.written, speaker);
      return this.#teller;
    }
    if (speaker === 'asker') {
      this.#asker ??= wordOf(this.written, speaker);
      return this.#asker;
    }
    if (speaker === 'deal') return wordOf(this.written, speaker); // deals are few
    this.#neither ??= wordOf(this.written, speaker);
    return this.#neither;
  }

  /** Whether its lines hardly come again. */
  get isPassing(): boolean {
    return this.#kept >= linesOnTrial && this.#found * keptForOneFound < this.#kept;
  }

  /** A line that is kept has come again. */
  found(): void {
    this.#found += 1;
  }

  /** A line is kept. */
  kept(): void {
    this.#kept += 1;
  }

  /** A line is not kept. */
  passed(): void {
    this.#passed += 1;
    if (this.#passed < this.#passing) return;
    this.#passing = Math.min(2 * this.#passing, mostPassing);
    this.#kept = 0;
    this.#found = 0;
    this.#passed = 0;
  }
}
