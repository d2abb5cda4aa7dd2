import type { Arrival } from './arrival.ts';

/** Under which names an Ask says facts: Asks that say the same names share it. */
export class Layout {
  readonly #places: ReadonlyMap<string, number>;
  #stamp = 0;
  #demanded: readonly number[] | undefined;

  constructor(names: readonly string[]) {
    this.#places = new Map(names.map((name, place) => [name, place]));
  }

  /** Which of an Ask's facts is of a name; undefined where none is. */
  placeOf(name: string): number | undefined {
    return this.#places.get(name);
  }

  /** For each demand of a Tell which fact it is of, -1 where none is said; undefined where one must be. */
  demanded({ stamp, demands }: Arrival): readonly number[] | undefined {
    if (this.#stamp === stamp) return this.#demanded;
    const places = demands.map(({ name }) => this.#places.get(name) ?? -1);
    const isUnsaid = demands.some(({ passesUnsaid }, at) => places[at] === -1 && !passesUnsaid);
    this.#stamp = stamp;
    this.#demanded = isUnsaid ? undefined : places;
    return this.#demanded;
  }
}
