import type { Sliced, Slices } from '../../platform/slices.ts';

/** Something that is to begin in its turn. */
export interface Departing {
  depart(): void;
}

/**
 * Lets those go that have something to send, one after another and in slices: thousands may hear of one Tell. What one hears
 * before its turn goes with the rest of what it has.
 */
export class Departures {
  readonly #slices: Pick<Slices, 'run'>;
  #waiting: Departing[] = [];
  #isUnderWay = false;

  constructor(slices: Pick<Slices, 'run'>) {
    this.#slices = slices;
  }

  add(departing: Departing): void {
    this.#waiting.push(departing);
    if (!this.#isUnderWay) void this.#slices.run(this.#all());
    this.#isUnderWay = true;
  }

  *#all(): Sliced<void> {
    while (this.#waiting.length > 0) {
      const round = this.#waiting;
      this.#waiting = [];
      for (const departing of round) {
        departing.depart();
        yield;
      }
    }
    this.#isUnderWay = false;
  }
}
