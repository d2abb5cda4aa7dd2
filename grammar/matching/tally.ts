import { effortASlice } from './effort.ts';
import type { Distance } from './nearest.ts';
import { doubles, integers, Pages } from './pages.ts';
import type { Sliced } from './sliced.ts';
import type { Supply } from './supply.ts';

/** How many Tells a clause is true, false and unsaid of, and the closest that it is false of. */
export class Tally {
  readonly nearest = new Closest();
  yes = 0;
  no = 0;
  unsaid = 0;
  /** How many would match but for it. */
  alone = 0;

  count(yes: number, no: number, unsaid: number): void {
    this.yes += yes;
    this.no += no;
    this.unsaid += unsaid;
  }
}

/** What is the nearest of all that were offered; of those equally near the one told first. */
export class Closest {
  text: string | undefined;
  row = -1;
  id = '';
  told = Number.POSITIVE_INFINITY;
  #distance = Number.POSITIVE_INFINITY;

  offer({ distance, text }: Distance, row: number, told: number, supply: Supply): void {
    if (distance > this.#distance || (distance === this.#distance && told >= this.told)) return;
    this.#distance = distance;
    this.told = told;
    this.text = text;
    this.row = row;
    this.id = supply.idOf(row);
  }
}

/** Different things that are looked at in one slice. */
const numbersASlice = 256;

/** By the number of a thing how many rows have it, and the one of them that was told first. */
export class ByNumber {
  readonly #counts = new Pages(integers);
  readonly #rows = new Pages(integers);
  readonly #told = new Pages(doubles);
  /** One more than the highest number. */
  #end = 0;

  take(number: number, row: number, told: number): void {
    const count = this.#counts.at(number);
    this.#counts.set(number, count + 1);
    if (number >= this.#end) this.#end = number + 1;
    if (count > 0 && told >= this.#told.at(number)) return;
    this.#told.set(number, told);
    this.#rows.set(number, row);
  }

  /** `see` returns the effort that it was. */
  *each(see: (number: number, count: number, row: number, told: number) => number): Sliced<void> {
    let seen = 0;
    let effort = 0;
    for (let number = 0; number < this.#end; number += 1) {
      const count = this.#counts.at(number);
      if (count === 0) continue;
      effort += see(number, count, this.#rows.at(number), this.#told.at(number));
      seen += 1;
      if (seen < numbersASlice && effort < effortASlice) continue;
      seen = 0;
      effort = 0;
      yield;
    }
  }
}
