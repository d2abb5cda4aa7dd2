import type { Sizing, Unit } from './size.ts';

/** What an Ask says under a name: one number of a unit, or a fact that stands elsewhere. */
export interface Slot {
  readonly name: string;
  readonly unit: Unit | undefined;
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
  readonly slots: readonly Slot[];
  readonly sizings: readonly SizedColumn[];
  /** The slot of a name; undefined where none is. */
  placeOf(name: string): number | undefined;
}
