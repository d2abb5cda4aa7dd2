import type { Party } from '../documents/model.ts';
import type { Sliced } from '../matching/index.ts';
import { Arrival } from './arrival.ts';
import { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import { segmentPlaces } from './index/bits.ts';
import { Segment } from './index/segment.ts';
import { newScratch } from './index/step.ts';

/** What is done in one slice, where a look at a table is 1: a few milliseconds. */
const sliceEffort = 32_768;
/** What it takes to look at the indexes of a segment. */
const segmentEffort = 256;

/** Asks that wait for Tells: of each Tell that arrives it is found which of them it matches. */
export class WaitingAsks {
  readonly #entries = new Entries();
  readonly #segments: Segment[] = [];
  readonly #scratch = newScratch();
  /** By the place of an entry in the index, where a segment has the next so many. */
  readonly #places: (Entry | undefined)[] = [];
  readonly #freePlaces: number[] = [];
  /** By row. */
  readonly #rows: (Entry | undefined)[] = [];
  readonly #freeRows: number[] = [];
  /** By row when it was added, counted in additions. */
  readonly #since: number[] = [];
  #additions = 0;
  #stamp = 0;

  get size(): number {
    return this.#rows.length - this.#freeRows.length;
  }

  /** Adds an Ask and returns its row; rows are used again after `remove`. */
  add(ask: Party): number {
    const entry = this.#entries.take(ask);
    if (entry.place < 0) this.#place(entry, ask);
    const row = this.#freeRows.pop() ?? this.#rows.length;
    this.#additions += 1;
    this.#rows[row] = entry;
    this.#since[row] = this.#additions;
    entry.addRow(row);
    return row;
  }

  #place(entry: Entry, ask: Party): void {
    const place = this.#freePlaces.pop() ?? this.#places.length;
    entry.place = place;
    this.#places[place] = entry;
    const at = Math.floor(place / segmentPlaces);
    const segment = this.#segments[at] ?? this.#newSegment(at);
    segment.add(place % segmentPlaces, this.#entries.clues(ask, entry));
  }

  #newSegment(at: number): Segment {
    const first = at * segmentPlaces;
    const segment = new Segment((place, name) => this.#places[first + place]?.fact(name));
    this.#segments[at] = segment;
    return segment;
  }

  remove(row: number): void {
    const entry = this.#rows[row];
    if (entry === undefined) return;
    this.#rows[row] = undefined;
    this.#freeRows.push(row);
    if (!entry.removeRow(row)) return;
    const { place } = entry;
    this.#segments[Math.floor(place / segmentPlaces)]?.remove(place % segmentPlaces);
    this.#places[place] = undefined;
    this.#freePlaces.push(place);
    this.#entries.remove(entry);
  }

  /**
   * The rows of the Asks that match a Tell, both sides tested, ascending: of those that waited when the work began,
   * without those that were removed before it ended.
   */
  *matching(tell: Party): Sliced<number[]> {
    const begun = this.#additions;
    this.#stamp += 2;
    const arrival = new Arrival(tell, this.#stamp);
    const rows: number[] = [];
    if (!arrival.isOpen) return rows;
    let effort = 0;
    for (let at = 0; at < this.#segments.length; at += 1) {
      const places = this.#segments[at]?.candidates(arrival, this.#scratch) ?? [];
      effort += segmentEffort;
      for (const place of places) {
        const entry = this.#places[at * segmentPlaces + place];
        if (entry === undefined) continue;
        const before = this.#entries.effort;
        if (this.#entries.matches(entry, arrival)) entry.writeRows(rows);
        effort += this.#entries.effort - before;
        if (effort < sliceEffort) continue;
        effort = 0;
        yield;
      }
    }
    return rows
      .filter((row) => this.#rows[row] !== undefined && (this.#since[row] as number) <= begun)
      .sort((a, b) => a - b);
  }
}
