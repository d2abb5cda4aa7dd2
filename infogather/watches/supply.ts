import type { Sliced } from '../../grammar/index.ts';
import { isResource, type Registered } from '../answer.ts';
import type { Listings, NumberedChange } from '../events/listings.ts';
import { Offers } from '../offers.ts';

/** How many registrations are put up in one slice. */
const aSlice = 200;

/**
 * The registrations as the log has them, ready for Asks: what a Watch begins with is what stood at its cursor. It is there
 * from the first Watch on.
 */
export class LoggedSupply {
  readonly #listings: Listings;
  readonly #offers = new Offers();
  readonly #placed = new Map<string, Registered>();
  #leave: (() => void) | undefined;
  #building: Promise<void> | undefined;

  constructor(listings: Listings) {
    this.#listings = listings;
  }

  get offers(): Offers {
    return this.#offers;
  }

  /** Resolves when all that the log has is there; from then on it stays so. */
  ready(run: (work: Sliced<void>) => Promise<void>): Promise<void> {
    this.#leave ??= this.#listings.follow((change) => this.#follow(change));
    this.#building ??= run(this.#build());
    return this.#building;
  }

  stop(): void {
    this.#leave?.();
  }

  *#build(): Sliced<void> {
    for (const [index, name] of this.#listings.names().entries()) {
      this.#put(name, this.#listings.at(name));
      if (index % aSlice === aSlice - 1) yield;
    }
  }

  #follow(change: NumberedChange | undefined): void {
    if (change !== undefined) this.#put(change.name, change.after);
  }

  #put(name: string, now: Registered | undefined): void {
    const before = this.#placed.get(name);
    if (before === now) return;
    if (before !== undefined) {
      if (isResource(before)) this.#offers.remove(before);
      else if (now === undefined) this.#offers.removeOld(before);
    }
    if (now === undefined) {
      this.#placed.delete(name);
      return;
    }
    this.#placed.set(name, now);
    if (isResource(now)) this.#offers.put(now);
    else this.#offers.putOld(now);
  }
}
