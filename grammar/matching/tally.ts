import type { Distance } from './nearest.ts';
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
  #counts = new Int32Array(64);
  #rows = new Int32Array(64);
  #told = new Float64Array(64).fill(Number.POSITIVE_INFINITY);

  take(number: number, row: number, told: number): void {
    if (number >= this.#counts.length) this.#grow(2 * number);
    this.#counts[number] = (this.#counts[number] as number) + 1;
    if (told >= (this.#told[number] as number)) return;
    this.#told[number] = told;
    this.#rows[number] = row;
  }

  #grow(length: number): void {
    const [counts, rows, told] = [this.#counts, this.#rows, this.#told];
    this.#counts = new Int32Array(length);
    this.#counts.set(counts);
    this.#rows = new Int32Array(length);
    this.#rows.set(rows);
    this.#told = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.#told.set(told);
  }

  *each(see: (number: number, count: number, row: number, told: number) => void): Sliced<void> {
    let seen = 0;
    for (let number = 0; number < this.#counts.length; number += 1) {
      const count = this.#counts[number] as number;
      if (count === 0) continue;
      see(number, count, this.#rows[number] as number, this.#told[number] as number);
      seen += 1;
      if (seen % numbersASlice === 0) yield;
    }
  }
}
