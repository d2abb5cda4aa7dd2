import {
  betterRegistration,
  matchesResource,
  type ResourceAsk,
  type ResourceTell,
  type Sliced,
} from '../grammar/index.ts';
import { isResource, type Registered } from './answer.ts';
import { Offers } from './offers.ts';
import { PollAddresses } from './polled.ts';
import { Registrations } from './registrations.ts';
import { Resources } from './resources/resources.ts';

/** How many registrations lapse in one slice. */
const lapsesASlice = 500;

/** All that is registered, in memory: what the store holds, ready for questions. */
export class Book {
  readonly registrations = new Registrations();
  readonly resources = new Resources();
  readonly offers = new Offers();
  readonly addresses: PollAddresses<Registered>;
  #nextLapse = Number.POSITIVE_INFINITY;

  readonly #changed: (before: Registered | undefined, after: Registered | undefined) => void;

  /**
   * `permits` says whether a Poll address may be polled because one IP address told of it; `changed` is called with each
   * registration that came, went, or took the place of another.
   */
  constructor(
    permits: (poll: string, teller: string) => boolean,
    changed: (before: Registered | undefined, after: Registered | undefined) => void,
  ) {
    this.#changed = changed;
    this.addresses = new PollAddresses(permits);
  }

  get size(): number {
    return this.registrations.size + this.resources.size;
  }

  /** The registration that stands under the name of one. */
  current(one: Registered): Registered | undefined {
    return isResource(one) ? this.resources.find(one) : this.registrations.find(one.application, one.host);
  }

  /** Puts a registration in place of the one of its name, and returns that. */
  put(one: Registered): Registered | undefined {
    const before = this.current(one);
    this.addresses.replace(before, one);
    if (isResource(one)) {
      if (before !== undefined && isResource(before)) this.offers.remove(before);
      this.resources.put(one);
      this.offers.put(one);
    } else {
      this.registrations.put(one);
      this.offers.putOld(one);
    }
    this.#nextLapse = Math.min(this.#nextLapse, one.expiresAt);
    this.#changed(before, one);
    return before;
  }

  /** Removes a registration, if it still stands as it is given. */
  remove(one: Registered): boolean {
    if (this.current(one) !== one) return false;
    this.addresses.remove(one);
    if (isResource(one)) {
      this.resources.remove(one);
      this.offers.remove(one);
    } else {
      this.registrations.remove(one);
      this.offers.removeOld(one);
    }
    this.#changed(one, undefined);
    return true;
  }

  /** Nothing lapses before this moment, in milliseconds since 1970. */
  get nextLapse(): number {
    return this.#nextLapse;
  }

  /** Whether anything may have expired by `now`. */
  isDue(now: number): boolean {
    return now >= this.#nextLapse;
  }

  /** Removes all that has expired by `now`; `gone` is told of each. */
  *lapse(now: number, gone: (lapsed: Registered) => void): Sliced<void> {
    const lapsed: Registered[] = [];
    this.#nextLapse = Number.POSITIVE_INFINITY;
    for (const all of [this.registrations.of(), this.resources.of()]) {
      for (const one of all) {
        if (one.expiresAt <= now) lapsed.push(one);
        else this.#nextLapse = Math.min(this.#nextLapse, one.expiresAt);
      }
    }
    for (const [index, one] of lapsed.entries()) {
      if (this.remove(one)) gone(one);
      if (index % lapsesASlice === lapsesASlice - 1) yield;
    }
  }

  /**
   * What is listed of nodes, of one application or all: those of both versions, in the order of their places, from
   * after one of these on. What a node tells in both is listed once.
   */
  *listed(application?: string, after?: number): Generator<Registered> {
    const resources = this.resources.of(application, after)[Symbol.iterator]();
    let next = resources.next();
    for (const registration of this.registrations.of(application, after)) {
      for (; !next.done && next.value.place < registration.place; next = resources.next()) yield next.value;
      if (!this.offers.isTwin(registration)) yield registration;
    }
    for (; !next.done; next = resources.next()) yield next.value;
  }

  /** Each application that is offered. */
  applications(): string[] {
    return [...new Set([...this.registrations.applications(), ...this.resources.applications()])];
  }

  /** The registration that answers an Ask of version 0.1 best: the least loaded, then the newest. */
  best(ask: ResourceAsk): ResourceTell | undefined {
    let best: ResourceTell | undefined;
    for (const tell of this.#old(ask.application)) {
      if (!matchesResource(ask, tell)) continue;
      if (best === undefined || betterRegistration(tell, best) < 0) best = tell;
    }
    return best;
  }

  *#old(application: string): Generator<ResourceTell> {
    for (const { document } of this.registrations.of(application)) yield document;
    yield* this.resources.old(application);
  }
}
