import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { type Answer, isResource, type Registered } from './answer.ts';
import type { Book } from './book.ts';
import type { Polls } from './polls.ts';
import type { ResourceStore } from './resources/store.ts';
import type { InfogatherStore } from './store.ts';

export interface HearingParts {
  readonly book: Book;
  readonly store: InfogatherStore;
  readonly resourceStore: ResourceStore;
  /** Until when a registration lives that was heard at `now`. */
  readonly expiryOf: (one: Registered, now: number) => number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps what polls bring. */
export class Hearing {
  readonly #parts: HearingParts;
  #storeWell = true;

  constructor(parts: HearingParts) {
    this.#parts = parts;
  }

  /** Keeps what one poll brought. Where our own store fails, that is no fault of the node: nothing is taken in. */
  async takeIn(answer: Answer, begunAt: number, signal: AbortSignal, polls: Polls): Promise<void> {
    const { clock, log, book, expiryOf } = this.#parts;
    const heardAt = clock.now();
    const renewed = answer.heard.map((one): Registered => {
      return { ...one, heardAt, expiresAt: expiryOf(one, heardAt) };
    });
    // What was told after the poll was begun, its answer could not name.
    const leftOut = answer.leftOut.filter((one) => one.toldAt < begunAt && !polls.isLeftOut(one));
    try {
      await this.#keep(renewed, leftOut, heardAt);
    } catch (error) {
      if (this.#storeWell && !signal.aborted) log.error('cannot keep what polls bring', { error });
      this.#storeWell = false;
      return;
    }
    this.#storeWell = true;
    for (const one of renewed) this.#hear(one, heardAt);
    for (const one of leftOut) {
      if (book.current(one) !== one) continue;
      const silent: Registered = { ...one, heardAt: undefined };
      book.put(silent);
      polls.leaveOut(silent);
    }
  }

  async #keep(heard: readonly Registered[], leftOut: readonly Registered[], heardAt: number): Promise<void> {
    const { store, resourceStore } = this.#parts;
    const [resources, silent] = [heard.filter(isResource), leftOut.filter(isResource)];
    await Promise.all([
      store.heard(heard.filter(isOld), leftOut.filter(isOld), heardAt),
      resources.length + silent.length === 0 ? undefined : resourceStore.heard(resources, silent, heardAt),
    ]);
  }

  /** Takes in what a poll brought, unless the registration was told anew or had lapsed before. */
  #hear(heard: Registered, heardAt: number): void {
    const { book } = this.#parts;
    const now = book.current(heard);
    if (now?.toldAt !== heard.toldAt || now.place !== heard.place) return;
    if (now.expiresAt > heardAt) book.put(heard);
  }
}

function isOld(one: Registered): one is Exclude<Registered, { readonly owner: string }> {
  return !isResource(one);
}
