import type { Arrival } from './arrival.ts';
import type { Columns, SizedColumn, Slot } from './columns.ts';
import type { Ends } from './lane.ts';
import { Records } from './records.ts';
import { type Together, togetherOf } from './together.ts';
import { type View, viewOf } from './view.ts';
import type { Pairing } from './want.ts';

/** Looks at a table in the time in which one thing that is demanded or compared is found in a layout. */
const looksADemand = 1 / 2;
const looksASizing = 4;
/** How many times as long it takes to make a condition ready for a layout as to put it to one Ask. */
const timesLonger = 16;

/** What Asks have in common that are laid out alike. */
interface Alike {
  readonly slots: readonly Slot[];
  readonly sizings: readonly SizedColumn[];
  /** Numbers of a record: of slots, and of sizings that have no slot's. */
  readonly numbers: number;
  readonly wants: number;
  /** The numbers of their pairings. */
  readonly pairings: readonly number[];
}

/**
 * How the records of Asks are laid out that say the same names, want alike and have the same conditions that read them; and
 * these records. The codes of a record are those of slots without a unit, then the numbers of wants.
 */
export class Layout implements Columns {
  readonly number: number;
  readonly slots: readonly Slot[];
  readonly sizings: readonly SizedColumn[];
  readonly pairings: readonly number[];
  /** Codes from here on are numbers of wants. */
  readonly wantsFrom: number;
  readonly codes: number;
  /** Columns in all. */
  readonly width: number;
  readonly records: Records;
  readonly #slots: ReadonlyMap<string, Slot>;
  #stamp = 0;
  #view: View | undefined;
  /** Under the same stamp, where it was asked for. */
  #together: Together | undefined;

  constructor(number: number, { slots, sizings, numbers, wants, pairings }: Alike) {
    this.number = number;
    this.slots = slots;
    this.sizings = sizings;
    this.pairings = pairings;
    this.wantsFrom = slots.filter(({ unit }) => unit === undefined).length;
    this.codes = this.wantsFrom + wants;
    this.width = numbers + this.codes;
    this.records = new Records(numbers, this.codes);
    this.#slots = new Map(slots.map((slot) => [slot.name, slot]));
  }

  slotOf(name: string): Slot | undefined {
    return this.#slots.get(name);
  }

  endsOf({ unit, column }: Slot): Ends {
    if (unit === undefined) return { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
    return { least: this.records.leastOf(column), most: this.records.mostOf(column) };
  }

  /** How long it takes to find out what of the layout is put to a Tell, where a look at a table is 1. */
  effortOf({ stamp, demands, tell }: Arrival): number {
    if (this.#stamp === stamp) return 0;
    return looksADemand * (demands.length + tell.explicit.length) + looksASizing * this.sizings.length;
  }

  /** Undefined where no Ask of the layout can match the Tell. */
  viewOf(tell: Arrival): View | undefined {
    if (this.#stamp === tell.stamp) return this.#view;
    this.#stamp = tell.stamp;
    this.#view = viewOf(this, tell);
    this.#together = undefined;
    return this.#view;
  }

  /** As `effortOf`, of what is put to many at once. */
  effortTogether({ conditions }: Arrival, pairing: (number: number) => Pairing): number {
    if (this.#together !== undefined) return 0;
    const ofPairings = this.pairings.reduce((sum, number) => sum + pairing(number).effort, 0);
    return timesLonger * conditions.reduce((sum, { effort }) => sum + effort, ofPairings);
  }

  /** After `viewOf` for the same Tell. */
  togetherOf(tell: Arrival, pairing: (number: number) => Pairing): Together {
    this.#together ??= togetherOf(this, this.pairings.map(pairing), tell);
    return this.#together;
  }
}

/** Of nobody; its number no other has. */
export function noLayout(): Layout {
  return new Layout(1, { slots: [], sizings: [], numbers: 0, wants: 0, pairings: [] });
}
