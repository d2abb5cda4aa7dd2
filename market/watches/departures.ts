import type { Sliced } from '../../grammar/index.ts';
import type { Slices } from '../../platform/slices.ts';

/** So many (a count) that are to go do not keep back who would add more. */
const fewWaiting = 16;

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
  /** How many have not gone yet. */
  #count = 0;
  #isUnderWay = false;

  constructor(slices: Pick<Slices, 'run'>) {
    this.#slices = slices;
  }

  /** Waits until few are left, so that who adds more is not far ahead of those who go. */
  *untilFew(): Sliced<void> {
    while (this.#count > fewWaiting) yield;
  }

  add(departing: Departing): void {
    this.#waiting.push(departing);
    this.#count += 1;
    if (!this.#isUnderWay) void this.#slices.run(this.#all());
    this.#isUnderWay = true;
  }

  *#all(): Sliced<void> {
    while (this.#waiting.length > 0) {
      const round = this.#waiting;
      this.#waiting = [];
      for (const departing of round) {
        this.#count -= 1;
        departing.depart();
        yield;
      }
    }
    this.#isUnderWay = false;
  }
}
