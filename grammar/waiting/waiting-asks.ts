import type { Party } from '../documents/model.ts';
import type { Sliced } from '../matching/index.ts';
import { Arrival } from './arrival.ts';
import { Entries } from './entries.ts';
import { FoundRows } from './found-rows.ts';
import { segmentPlaces } from './index/bits.ts';
import { Segment } from './index/segment.ts';
import { newScratch } from './index/step.ts';
import { Ints } from './ints.ts';
import { Rows } from './rows.ts';
import { Sifting } from './sifting.ts';

/** What is done in one slice, where a look at a table is 1: a few milliseconds. */
const sliceEffort = 32_768;
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
  /** By row; -1 where there is none. */
  readonly #places = new Ints();
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
    const rows = new FoundRows(this.#places.count);
    if (arrival.isOpen) yield* this.#lookAll(arrival, rows);
    const found = rows.ascending();
    return this.#changes === unchanged ? found : found.filter((row) => this.#waitedAt(row, begun));
  }

  /** Adds the rows of the Asks that match. Whenever it yields, others may be at work, and Asks come and go. */
  *#lookAll(arrival: Arrival, rows: FoundRows): Sliced<void> {
    const sifting = this.#sifting;
    const one = new Int32Array(1);
    let until = sifting.effort + sliceEffort;
    for (const [at, segment] of this.#segments.entries()) {
      let unchanged = this.#changes;
      let near = segment.candidates(arrival, at * segmentPlaces, this.#scratch);
      sifting.effort += segmentEffort;
      for (let from = 0; from < near.length; ) {
        const { next, matching, matched, unpaired, undecided } = sifting.sift(near, from, arrival);
        this.#rowsOf.addTo(rows, matching, matched);
        for (const [some, rest] of [[unpaired, 'pairs'] as const, [undecided, 'matches'] as const]) {
          for (const place of some) {
            one[0] = place;
            // It may have gone in the meantime.
            if (this.#rowsOf.has(place) && sifting[rest](place, arrival)) this.#rowsOf.addTo(rows, one, 1);
            if (sifting.effort < until) continue;
            yield;
            until = sifting.effort + sliceEffort;
          }
        }
        from = next;
        if (sifting.effort >= until) {
          yield;
          until = sifting.effort + sliceEffort;
        }
        if (this.#changes === unchanged) continue;
        unchanged = this.#changes;
        near = near.subarray(from).filter((place) => this.#rowsOf.has(place));
        from = 0;
      }
    }
  }

  #waitedAt(row: number, additions: number): boolean {
    return this.#places.at(row) >= 0 && (this.#since[row] as number) <= additions;
  }
}
