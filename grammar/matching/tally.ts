import { type Code, isFalse, isTrue } from './truth.ts';

/** How many Tells a clause is true, false and unsaid of, and the closest that it is false of. */
export class Tally {
  readonly nearest = new Closest();
  yes = 0;
  no = 0;
  unsaid = 0;
  /** How many would match but for it. */
  alone = 0;

  count(code: Code): void {
    if (code === isTrue) this.yes += 1;
    else if (code === isFalse) this.no += 1;
    else this.unsaid += 1;
  }
}

/** What is the nearest of all that were offered; of those equally near the one told first. */
export class Closest {
  text: string | undefined;
  row = -1;
  #distance = Number.POSITIVE_INFINITY;
  #told = Number.POSITIVE_INFINITY;

  offer(distance: number, text: string, row: number, told: number): void {
    if (distance > this.#distance || (distance === this.#distance && told >= this.#told)) return;
    this.#distance = distance;
    this.#told = told;
    this.text = text;
    this.row = row;
  }
}
