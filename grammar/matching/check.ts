import { effortASlice } from './effort.ts';
import type { Measured } from './measured.ts';
import type { Bounds, Measures } from './measures.ts';
import type { Numbered } from './numbered.ts';
import { pageMask } from './pages.ts';
import type { Sift } from './sift.ts';
import type { Sliced } from './sliced.ts';
import { type Code, isFalse, isTrue } from './truth.ts';

/** One of the things that must hold for a match: a clause of the Ask, or what a Tell wants. */
export interface Check {
  /**
   * The same of checks that give the same verdicts on the table as it is; `always` where it is TRUE of every row, and
   * absent where nobody else asks the same.
   */
  readonly key: string | undefined;
  /** The checks that must all hold for it, where it is several. */
  readonly parts: readonly Check[];
  /** What is known by number of facts, prices and wants no longer holds. */
  forget(): void;
  at(row: number): Code;
  /** As `at`, by what the row says alone: nothing that is remembered is used. */
  afresh(row: number): Code;
  /** Does what the first use of it would have to do at once; without it all is the same but for that. */
  prepare(): Sliced<void>;
  /**
   * Writes the verdicts of rows `from` to `until` (not included), of one page, to the beginning of `codes`, until about so
   * much effort was made, and returns the row that it came to: until that is `until`, it is to go on from there.
   */
  fill(from: number, until: number, codes: Uint8Array, most: number): number;
  /** Goes on keeping rows for which it is TRUE, in their order, until verdicts of about so much effort were found. */
  keep(sift: Sift, most: number): void;
  /** What it took to find verdicts, which cost far more than those that are remembered: one for most, more for the large. */
  readonly effort: number;
}

export const always = '';
const onlyTrue = /^[-1]*$/;

/** The verdict of what has a number: of all rows that have it, or found for each. */
export type Verdict = Code | ((row: number) => Code);

/** A comparison that decides the verdict wherever both sides have bounds of one kind: they meet, or they do not. */
export interface Bounded {
  measured(): Pick<Measured<unknown>, 'prepare' | 'whole'> | undefined;
  readonly against: Bounds;
}

/** Of a number whose verdict depends on the row. */
const byRow = 4;
/** Of so few different things a key says the verdict on each: it is the same for many who ask for other amounts. */
const fewThings = 64;
/** A source whose numbers were given so often has other things all the time, and such keys would not come again. */
const fewChanges = 256;

/** A check whose verdict is that of a numbered thing which many rows share: it is found once for each. */
export class SharedCheck implements Check {
  readonly #place: string;
  readonly #asked: string;
  readonly parts: readonly Check[] = [this];
  readonly #source: () => Numbered | undefined;
  readonly #verdict: (number: number) => Verdict;
  readonly #bounded: Bounded | undefined;
  readonly #weight: number;
  #known = new Uint8Array(64);
  #byRow: ((row: number) => Code)[] = [];
  effort = 0;

  /**
   * `place` is the same for all checks of one source, and `asked` for those of one verdict; `source` is asked each time,
   * for a column may come and grow. `weight` is how often a verdict takes the effort of its thing.
   */
  constructor(
    place: string,
    asked: string,
    source: () => Numbered | undefined,
    verdict: (number: number) => Verdict,
    weight = 1,
    bounded?: Bounded,
  ) {
    this.#place = place;
    this.#asked = asked;
    this.#source = source;
    this.#verdict = verdict;
    this.#bounded = bounded;
    this.#weight = weight;
  }

  /** What it takes to find the verdict on a thing. */
  effortOf(number: number): number {
    return (this.#source()?.effortOf?.(number) ?? 1) * this.#weight;
  }

  get key(): string {
    const things = this.#source()?.things;
    const isFew = things !== undefined && things.size <= fewThings && things.changes <= fewChanges;
    const verdicts = isFew ? this.#verdicts(things) : undefined;
    if (verdicts === undefined) return `${this.#place} ${this.#asked}`;
    return onlyTrue.test(verdicts) ? always : `${this.#place} #${things?.changes} ${verdicts}`;
  }

  /** The verdict on each of few things, where none depends on the row. */
  #verdicts(things: Numbered['things']): string | undefined {
    let verdicts = '';
    let effort = 0;
    for (let number = 0; number < things.size; number += 1) {
      if (number > 0 && things.at(number) === undefined) {
        verdicts += '-';
        continue;
      }
      effort += this.effortOf(number);
      if (effort > effortASlice) return undefined;
      const verdict = this.#known[number] || this.#remember(number);
      if (typeof verdict === 'function' || verdict === byRow) return undefined;
      verdicts += verdict;
    }
    return verdicts;
  }

  forget(): void {
    this.#known = new Uint8Array(64);
    this.#byRow = [];
  }

  at(row: number): Code {
    return this.#of(this.#source()?.at(row) ?? 0, row);
  }

  afresh(row: number): Code {
    const number = this.#source()?.at(row) ?? 0;
    const verdict = this.#verdict(number);
    this.effort += this.effortOf(number);
    return typeof verdict === 'function' ? verdict(row) : verdict;
  }

  #of(number: number, row: number): Code {
    const known = this.#known[number];
    return known !== undefined && known > 0 && known < byRow ? (known as Code) : this.#find(number, row);
  }

  *prepare(): Sliced<void> {
    const measured = this.#bounded?.measured();
    if (measured !== undefined) yield* measured.prepare();
  }

  #find(number: number, row: number): Code {
    this.effort += this.effortOf(number);
    const verdict = this.#byRow[number] ?? this.#remember(number);
    return typeof verdict === 'number' ? verdict : verdict(row);
  }

  /** The verdict of a comparison, where it decides. */
  #within(number: number): Code | undefined {
    const bounded = this.#bounded;
    const measures = bounded?.measured()?.whole;
    if (bounded === undefined || measures === undefined) return undefined;
    const { kind, low, high } = bounded.against;
    if (measures.kinds[number] !== kind) return undefined;
    const meets = (measures.lows[number] as number) <= high && (measures.highs[number] as number) >= low;
    return meets ? isTrue : isFalse;
  }

  #remember(number: number): Verdict {
    const verdict = this.#within(number) ?? this.#verdict(number);
    if (number >= this.#known.length) {
      const longer = new Uint8Array(2 * number + 2);
      longer.set(this.#known);
      this.#known = longer;
    }
    this.#known[number] = typeof verdict === 'number' ? verdict : byRow;
    if (typeof verdict === 'function') this.#byRow[number] = verdict;
    return verdict;
  }

  fill(from: number, until: number, codes: Uint8Array, most: number): number {
    const source = this.#source();
    const numbers = source?.numbersAt(from);
    if (source === undefined || numbers === undefined) {
      codes.fill(this.#of(0, from), 0, until - from);
      return until;
    }
    const end = this.effort + most;
    const measures = this.#bounded?.measured()?.whole;
    if (measures === undefined) return this.#fillKnown(source, numbers, from, until, codes, end);
    return this.#fillWithin(measures, source, numbers, from, until, codes, end);
  }

  #fillWithin(
    { kinds, lows, highs }: Measures,
    source: Numbered,
    numbers: Int32Array,
    from: number,
    until: number,
    codes: Uint8Array,
    end: number,
  ): number {
    const { kind, low, high } = (this.#bounded as Bounded).against;
    for (let row = from; row < until; row += 1) {
      const place = row & pageMask;
      const number = place < numbers.length ? (numbers[place] as number) : source.at(row);
      if (kinds[number] !== kind && this.effort >= end) return row;
      codes[row - from] =
        kinds[number] === kind
          ? (lows[number] as number) <= high && (highs[number] as number) >= low
            ? isTrue
            : isFalse
          : this.#of(number, row);
    }
    return until;
  }

  #fillKnown(
    source: Numbered,
    numbers: Int32Array,
    from: number,
    until: number,
    codes: Uint8Array,
    end: number,
  ): number {
    let known = this.#known;
    for (let row = from; row < until; row += 1) {
      const place = row & pageMask;
      const number = place < numbers.length ? (numbers[place] as number) : source.at(row);
      let code = number < known.length ? (known[number] as number) : 0;
      if (code === 0 || code === byRow) {
        if (this.effort >= end) return row;
        code = this.#find(number, row);
        known = this.#known;
      }
      codes[row - from] = code;
    }
    return until;
  }

  keep(sift: Sift, most: number): void {
    const { rows, count, at } = sift;
    const source = this.#source();
    const numbers = source?.numbersAt(rows[at] ?? 0);
    if (source === undefined || numbers === undefined) {
      const isKept = at < count && this.#of(0, rows[at] as number) === isTrue;
      if (isKept) rows.copyWithin(sift.kept, at, count);
      if (isKept) sift.kept += count - at;
      sift.at = count;
      return;
    }
    const until = this.effort + most;
    const measures = this.#bounded?.measured()?.whole;
    if (numbers.length === 0) this.#keepFew(source, sift, until);
    else if (measures !== undefined) this.#keepWithin(measures, numbers, sift, until);
    else this.#keepKnown(numbers, sift, until);
  }

  #keepKnown(numbers: Int32Array, sift: Sift, until: number): void {
    const { rows, count } = sift;
    let known = this.#known;
    let { at, kept } = sift;
    for (; at < count; at += 1) {
      const row = rows[at] as number;
      const place = row & pageMask;
      // A row beyond the end says nothing under this name.
      const number = place < numbers.length ? (numbers[place] as number) : 0;
      let code: number | undefined = known[number];
      if (code === undefined || code === 0 || code === byRow) {
        if (this.effort >= until) break;
        code = this.#find(number, row);
        known = this.#known;
      }
      if (code === isTrue) rows[kept++] = row;
    }
    sift.at = at;
    sift.kept = kept;
  }

  #keepWithin({ kinds, lows, highs }: Measures, numbers: Int32Array, sift: Sift, until: number): void {
    const { kind, low, high } = (this.#bounded as Bounded).against;
    const { rows, count } = sift;
    let { at, kept } = sift;
    for (; at < count; at += 1) {
      const row = rows[at] as number;
      const place = row & pageMask;
      const number = place < numbers.length ? (numbers[place] as number) : 0;
      if (kinds[number] === kind) {
        if ((lows[number] as number) <= high && (highs[number] as number) >= low) rows[kept++] = row;
      } else {
        if (this.effort >= until) break;
        if (this.#of(number, row) === isTrue) rows[kept++] = row;
      }
    }
    sift.at = at;
    sift.kept = kept;
  }

  #keepFew(source: Numbered, sift: Sift, until: number): void {
    const { rows, count } = sift;
    for (; sift.at < count && this.effort < until; sift.at += 1) {
      const row = rows[sift.at] as number;
      if (this.#of(source.at(row), row) === isTrue) rows[sift.kept++] = row;
    }
  }
}
