import type { Arrival } from './arrival.ts';
import { comparedOf, compares, type Sizing, type Unit } from './size.ts';

/** What an Ask says under a name: one number of a unit, or a fact that stands elsewhere. */
export interface Slot {
  readonly name: string;
  readonly unit: Unit | undefined;
}

/** What of a Tell the records of a layout are put to. */
export interface View {
  /** For each demand of the Tell the slot that it is of, -1 where there is none. */
  readonly demanded: readonly number[];
  /** For each sizing what the Tell says. */
  readonly compared: readonly (readonly number[])[];
}

/**
 * How the records of Asks are laid out that say the same names and want alike: a record is first a number for each
 * slot, then one for each sizing, then the numbers of wants and those of pairings.
 */
export class Layout {
  readonly slots: readonly Slot[];
  readonly sizings: readonly Sizing[];
  readonly wantsFrom: number;
  readonly pairingsFrom: number;
  readonly #places: ReadonlyMap<string, number>;
  #stamp = 0;
  #view: View | undefined;

  constructor(slots: readonly Slot[], sizings: readonly Sizing[], wants: number) {
    this.slots = slots;
    this.sizings = sizings;
    this.wantsFrom = slots.length + sizings.length;
    this.pairingsFrom = this.wantsFrom + wants;
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
    this.#view = this.#newView(tell);
    return this.#view;
  }

  #newView({ demands, tell }: Arrival): View | undefined {
    const demanded = demands.map(({ name }) => this.#places.get(name) ?? -1);
    const isUnsaid = demands.some(({ passesUnsaid }, at) => demanded[at] === -1 && !passesUnsaid);
    const compared = this.sizings.map((sizing) => comparedOf(sizing, tell.facts.get(sizing.name)));
    return isUnsaid || compared.some(({ length }) => length === 0) ? undefined : { demanded, compared };
  }

  /** Whether what a Tell says is as a record's sizings want it. */
  fits(record: readonly number[], { compared }: View): boolean {
    for (let at = 0; at < compared.length; at += 1) {
      const { operator } = this.sizings[at] as Sizing;
      const wanted = record[this.slots.length + at] as number;
      if (!someCompares(operator, compared[at] as readonly number[], wanted)) return false;
    }
    return true;
  }
}

function someCompares(operator: Sizing['operator'], said: readonly number[], wanted: number): boolean {
  for (const value of said) if (compares(operator, value, wanted)) return true;
  return false;
}
