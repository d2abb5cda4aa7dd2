import type { Party } from '../documents/model.ts';
import type { Sliced } from '../matching/index.ts';
import { Arrival } from './arrival.ts';
import { Entries } from './entries.ts';
import { listPlaces, segmentPlaces, setBit } from './index/bits.ts';
import { Segment } from './index/segment.ts';
import { newScratch } from './index/step.ts';
import { Ints } from './ints.ts';
import { Rows } from './rows.ts';
import { siftedAtOnce } from './sieve.ts';
import { Sifting } from './sifting.ts';

/** What is done in one slice, where a look at a table is 1: a few milliseconds. */
const sliceEffort = 32_768;
/** Columns of all Asks that are sifted at once: about so many that this takes a part of a millisecond. */
const columnsAtOnce = 131_072;
/** What it takes to look at the indexes of a segment. */
const segmentEffort = 256;

/** Asks that wait for Tells: of each Tell that arrives it is found which of them it matches. */
export class WaitingAsks {
  readonly #entries = new Entries();
  readonly #sifting = new Sifting(this.#entries.kept);
  /** By the place of an Ask in the index, where a segment has the next so many. */
  readonly #segments: Segment[] = [];
  readonly #scratch = newScratch();
  readonly #rowsOf = new Rows();
  readonly #ascending = new Ascending();
  /** By row; -1 where there is none. */
  readonly #places = new Ints();
  /** What is sifted at once. */
  readonly #sifted = new Int32Array(siftedAtOnce);
  readonly #freeRows: number[] = [];
  /** By row when it was added, counted in additions. */
  readonly #since: number[] = [];
  #additions = 0;
  /** Additions and removals. */
  #changes = 0;
  #stamp = 0;

  get size(): number {
    return this.#places.count - this.#freeRows.length;
  }

  /** Adds an Ask and returns its row; rows are used again after `remove`. */
  add(ask: Party): number {
    const place = this.#entries.take(ask);
    if (!this.#rowsOf.has(place)) this.#index(place, ask);
    const row = this.#freeRows.pop() ?? this.#places.count;
    this.#additions += 1;
    this.#changes += 1;
    this.#places.write(row, place);
    this.#since[row] = this.#additions;
    this.#rowsOf.add(place, row);
    return row;
  }

  #index(place: number, ask: Party): void {
    const at = Math.floor(place / segmentPlaces);
    const segment = this.#segments[at] ?? this.#newSegment(at);
    segment.add(place % segmentPlaces, this.#entries.clues(ask, place));
  }

  #newSegment(at: number): Segment {
    const first = at * segmentPlaces;
    const segment = new Segment(
      (place, name) => this.#entries.fact(first + place, name),
      this.#segments[at - 1]?.keys ?? [],
    );
    this.#segments[at] = segment;
    return segment;
  }

  remove(row: number): void {
    const place = row < this.#places.count ? this.#places.at(row) : -1;
    if (place < 0) return;
    this.#changes += 1;
    this.#places.write(row, -1);
    this.#freeRows.push(row);
    if (!this.#rowsOf.remove(place, row)) return;
    this.#segments[Math.floor(place / segmentPlaces)]?.remove(place % segmentPlaces);
    this.#entries.remove(place);
  }

  /**
   * The rows of the Asks that match a Tell, both sides tested, ascending: of those that waited when the work began,
   * without those that were removed before it ended.
   */
  *matching(tell: Party): Sliced<Int32Array> {
    const begun = this.#additions;
    const unchanged = this.#changes;
    this.#stamp += 2;
    const arrival = new Arrival(tell, this.#stamp);
    const rows = new Ints();
    if (arrival.isOpen) yield* this.#lookAll(arrival, rows);
    const found = rows.values.subarray(0, rows.count);
    const kept = this.#changes === unchanged ? found : found.filter((row) => this.#waitedAt(row, begun));
    return this.#ascending.of(kept, this.#places.count);
  }

  /** Adds the rows of the Asks that match. Whenever it yields, others may be at work, and Asks come and go. */
  *#lookAll(arrival: Arrival, rows: Ints): Sliced<void> {
    const sifting = this.#sifting;
    let until = sifting.effort + sliceEffort;
    for (let at = 0; at < this.#segments.length; at += 1) {
      const near = this.#segments[at]?.candidates(arrival, this.#scratch) ?? none;
      sifting.effort += segmentEffort;
      for (let from = 0; from < near.length; ) {
        const { count, next } = this.#takeWaiting(at, near, from, arrival);
        from = next;
        const { matching, matched, unpaired, undecided } = sifting.sift(this.#sifted, count, arrival);
        this.#rowsOf.addTo(rows, matching, matched);
        for (const [some, rest] of [[unpaired, 'pairs'] as const, [undecided, 'matches'] as const]) {
          for (const place of some) {
            // It may have gone in the meantime.
            if (this.#rowsOf.has(place) && sifting[rest](place, arrival))
              this.#rowsOf.addTo(rows, [place], 1);
            if (sifting.effort < until) continue;
            yield;
            until = sifting.effort + sliceEffort;
          }
        }
        if (sifting.effort < until) continue;
        yield;
        until = sifting.effort + sliceEffort;
      }
    }
  }

  #waitedAt(row: number, additions: number): boolean {
    return this.#places.at(row) >= 0 && (this.#since[row] as number) <= additions;
  }

  /** Takes some of the next places of a segment that an Ask has, as places of all; says how many, and which is next. */
  #takeWaiting(
    segment: number,
    near: Int32Array,
    from: number,
    arrival: Arrival,
  ): { count: number; next: number } {
    const sifted = this.#sifted;
    const until = Math.min(from + siftedAtOnce, near.length);
    let [count, columns, next] = [0, 0, from];
    for (; next < until && columns < columnsAtOnce; next += 1) {
      const place = segment * segmentPlaces + (near[next] as number);
      if (!this.#rowsOf.has(place)) continue;
      sifted[count] = place;
      count += 1;
      columns += this.#sifting.columnsOf(place, arrival);
    }
    return { count, next };
  }
}

const none = new Int32Array(0);

/** So many rows are put in order by a set of bits for all that there are, which is written and read in one pass each. */
const manyRows = 1_024;

/** Puts numbers in order, each of which is there once. */
class Ascending {
  /** None is set but while it works. */
  readonly #bits = new Ints();

  of(rows: Int32Array, end: number): Int32Array {
    if (rows.length < manyRows) return rows.slice().sort();
    const words = (end >>> 5) + 1;
    if (this.#bits.count < words) this.#bits.room(words - this.#bits.count);
    const bits = this.#bits.values;
    for (let at = 0; at < rows.length; at += 1) setBit(bits, rows[at] as number);
    const ordered = new Int32Array(rows.length);
    listPlaces(bits, words, ordered);
    bits.fill(0, 0, words);
    return ordered;
  }
}
