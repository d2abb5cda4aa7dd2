import type { Party } from '../documents/model.ts';
import type { Sliced } from '../matching/index.ts';
import { Arrival } from './arrival.ts';
import { Entries } from './entries.ts';
import { addPlaces, segmentPlaces, setBit } from './index/bits.ts';
import { Segment } from './index/segment.ts';
import { newScratch } from './index/step.ts';
import { Rows } from './rows.ts';
import { siftedAtOnce } from './sieve.ts';

/** What is done in one slice, where a look at a table is 1: a few milliseconds. */
const sliceEffort = 32_768;
/** What it takes to look at the indexes of a segment. */
const segmentEffort = 256;

/** Asks that wait for Tells: of each Tell that arrives it is found which of them it matches. */
export class WaitingAsks {
  readonly #entries = new Entries();
  /** By the place of an Ask in the index, where a segment has the next so many. */
  readonly #segments: Segment[] = [];
  readonly #scratch = newScratch();
  readonly #rowsOf = new Rows();
  /** By row; -1 where there is none. */
  readonly #places: number[] = [];
  readonly #freeRows: number[] = [];
  /** By row when it was added, counted in additions. */
  readonly #since: number[] = [];
  #additions = 0;
  /** Additions and removals. */
  #changes = 0;
  #stamp = 0;

  get size(): number {
    return this.#places.length - this.#freeRows.length;
  }

  /** Adds an Ask and returns its row; rows are used again after `remove`. */
  add(ask: Party): number {
    const place = this.#entries.take(ask);
    if (!this.#rowsOf.has(place)) this.#index(place, ask);
    const row = this.#freeRows.pop() ?? this.#places.length;
    this.#additions += 1;
    this.#changes += 1;
    this.#places[row] = place;
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
    const place = this.#places[row] ?? -1;
    if (place < 0) return;
    this.#changes += 1;
    this.#places[row] = -1;
    this.#freeRows.push(row);
    if (!this.#rowsOf.remove(place, row)) return;
    this.#segments[Math.floor(place / segmentPlaces)]?.remove(place % segmentPlaces);
    this.#entries.remove(place);
  }

  /**
   * The rows of the Asks that match a Tell, both sides tested, ascending: of those that waited when the work began,
   * without those that were removed before it ended.
   */
  *matching(tell: Party): Sliced<number[]> {
    const begun = this.#additions;
    const unchanged = this.#changes;
    this.#stamp += 2;
    const arrival = new Arrival(tell, this.#stamp);
    const rows: number[] = [];
    if (!arrival.isOpen) return rows;
    let until = this.#entries.effort + sliceEffort;
    for (let at = 0; at < this.#segments.length; at += 1) {
      const places = this.#segments[at]?.candidates(arrival, this.#scratch) ?? [];
      this.#entries.effort += segmentEffort;
      for (let from = 0; from < places.length; from += siftedAtOnce) {
        const { matching, unpaired, undecided } = this.#entries.sift(
          this.#waitingAt(at, places, from),
          arrival,
        );
        for (const place of matching) this.#rowsOf.write(place, rows);
        for (const [some, rest] of [[unpaired, 'pairs'] as const, [undecided, 'matches'] as const]) {
          for (const place of some) {
            // It may have gone in the meantime.
            if (!this.#rowsOf.has(place)) continue;
            if (this.#entries[rest](place, arrival)) this.#rowsOf.write(place, rows);
            if (this.#entries.effort < until) continue;
            yield;
            until = this.#entries.effort + sliceEffort;
          }
        }
        if (this.#entries.effort < until) continue;
        yield;
        until = this.#entries.effort + sliceEffort;
      }
    }
    const kept = this.#changes === unchanged ? rows : rows.filter((row) => this.#waitedAt(row, begun));
    return ascending(kept, this.#places.length);
  }

  #waitedAt(row: number, additions: number): boolean {
    return (this.#places[row] as number) >= 0 && (this.#since[row] as number) <= additions;
  }

  /** Of places of a segment, from one of them on, those that an Ask has, as places of all: at most `siftedAtOnce`. */
  #waitingAt(segment: number, near: readonly number[], from: number): number[] {
    const waiting: number[] = [];
    const until = Math.min(from + siftedAtOnce, near.length);
    for (let at = from; at < until; at += 1) {
      const place = segment * segmentPlaces + (near[at] as number);
      if (this.#rowsOf.has(place)) waiting.push(place);
    }
    return waiting;
  }
}

/** So many rows are put in order by a set of bits for all that there are, which is written and read in one pass each. */
const manyRows = 1_024;

/** The same numbers ascending; each is there once, and below `end`. */
function ascending(rows: readonly number[], end: number): number[] {
  // Numbers of this kind are sorted without a call for each two.
  if (rows.length < manyRows) return [...Uint32Array.from(rows).sort()];
  const bits = new Int32Array((end >>> 5) + 1);
  for (const row of rows) setBit(bits, row);
  const ordered: number[] = [];
  for (let word = 0; word < bits.length; word += 1) addPlaces(bits[word] as number, word, ordered);
  return ordered;
}
