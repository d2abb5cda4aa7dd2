import type { Arrival } from './arrival.ts';
import type { Columns, SizedColumn, Slot } from './columns.ts';
import { Records } from './records.ts';
import { type View, viewOf } from './view.ts';

/**
 * How the records of Asks are laid out that say the same names and want alike, and these records. A record is first a
 * number for each slot, then one for each sizing that has no slot's, then the numbers of wants and those of pairings.
 */
export class Layout implements Columns {
  readonly number: number;
  readonly slots: readonly Slot[];
  readonly sizings: readonly SizedColumn[];
  readonly wantsFrom: number;
  readonly pairingsFrom: number;
  readonly length: number;
  readonly records: Records;
  readonly #places: ReadonlyMap<string, number>;
  #stamp = 0;
  #view: View | undefined;

  constructor(
    number: number,
    slots: readonly Slot[],
    sizings: readonly SizedColumn[],
    counts: Readonly<Record<'numbers' | 'wants' | 'pairings', number>>,
  ) {
    this.number = number;
    this.slots = slots;
    this.sizings = sizings;
    this.wantsFrom = counts.numbers;
    this.pairingsFrom = this.wantsFrom + counts.wants;
    this.length = this.pairingsFrom + counts.pairings;
    this.records = new Records(this.length);
    this.#places = new Map(slots.map(({ name }, place) => [name, place]));
  }

  /** The slot of a name; undefined where none is. */
  placeOf(name: string): number | undefined {
    return this.#places.get(name);
  }

  /** Undefined where no Ask of the layout can match the Tell. */
  viewOf(tell: Arrival): View | undefined {
    if (this.#stamp === tell.stamp) return this.#view;
    this.#stamp = tell.stamp;
    this.#view = viewOf(this, tell);
    return this.#view;
  }
}
