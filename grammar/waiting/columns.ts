import type { Ends } from './lane.ts';
import type { Sizing, Unit } from './size.ts';

/** What an Ask says under a name: one number of a unit, or a fact that stands elsewhere, under a code. */
export interface Slot {
  readonly name: string;
  readonly unit: Unit | undefined;
  /** Of the numbers, or without a unit of the codes. */
  readonly column: number;
}

/** A sizing and the column of the record that has its number: that of a slot where the Ask says the same number. */
export interface SizedColumn {
  readonly sizing: Sizing;
  readonly column: number;
}

/** What the columns of records mean. */
export interface Columns {
  /** Its own, from 1 on. */
  readonly number: number;
  readonly sizings: readonly SizedColumn[];
  /** Undefined where nothing is said under a name. */
  slotOf(name: string): Slot | undefined;
  /** Between which all Asks say a number; of what is none they are infinite. */
  endsOf(slot: Slot): Ends;
}
