import { type Document1, Matcher, type Sliced } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { partyOf } from '../found.ts';
import type { LiveTell, Registry } from '../registry.ts';
import type { Slices } from '../slices.ts';
import { redacted, testedBy } from './redacted.ts';
import type { AskedEvent, WatchRow, WatchStore } from './store.ts';

/** Asks whose events one commit takes. */
const asksAStep = 64;
/** Tells of watched brokers that are looked at in one slice. */
const tellsASlice = 256;

/** What is known of a live Tell of which a broker may watch the demand. */
interface Offer {
  readonly brokerIp: string;
  /** The names that it tests of an Ask, in small letters. */
  readonly tested: readonly string[];
}

/**
 * Puts Asks to the brokers' Watches: of each that matches a live Tell of the same sender and Broker-IP the log keeps
 * what the broker may see. It works when an Ask has been answered, and no answer waits for it.
 */
export class Demand {
  readonly #registry: Registry;
  readonly #store: WatchStore;
  readonly #slices: Slices;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #most: number;
  readonly #told: (watch: number) => void;
  /** By who watches and the Broker-IP, the numbers of the Watches. */
  readonly #watched = new Map<string, Map<string, Set<number>>>();
  readonly #offers = new WeakMap<LiveTell, Offer>();
  #waiting: Document1[] = [];
  #isFull = false;
  #working: Promise<void> | undefined;

  constructor(parts: {
    readonly registry: Registry;
    readonly store: WatchStore;
    readonly slices: Slices;
    readonly clock: Clock;
    readonly log: Log;
    /** Asks (a count) that wait. */
    readonly most: number;
    /** Called when the log has more for a Watch. */
    readonly told: (watch: number) => void;
  }) {
    this.#registry = parts.registry;
    this.#store = parts.store;
    this.#slices = parts.slices;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#most = parts.most;
    this.#told = parts.told;
  }

  /** Takes note of a Watch; one of a user is none of ours. */
  add(watch: number, { watcher, brokerIp }: WatchRow): void {
    if (brokerIp === null) return;
    const brokers = this.#watched.get(watcher) ?? new Map<string, Set<number>>();
    this.#watched.set(watcher, brokers.set(brokerIp, (brokers.get(brokerIp) ?? new Set()).add(watch)));
  }

  remove(watch: number, { watcher, brokerIp }: WatchRow): void {
    if (brokerIp === null) return;
    const brokers = this.#watched.get(watcher);
    const watches = brokers?.get(brokerIp);
    watches?.delete(watch);
    if (watches?.size === 0) brokers?.delete(brokerIp);
    if (brokers?.size === 0) this.#watched.delete(watcher);
  }

  /** Takes an Ask, or a Watch of a user, in the order of the answers. */
  asked(ask: Document1): void {
    if (this.#watched.size === 0) return;
    const isFull = this.#waiting.length >= this.#most;
    if (isFull && !this.#isFull) {
      this.#log.warn('brokers are not told of some Asks, for too many wait', { waiting: this.#most });
    }
    this.#isFull = isFull;
    if (isFull) return;
    this.#waiting.push(ask);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Settles when nothing waits. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const events = await this.#slices.run(this.#eventsOf(this.#waiting.splice(0, asksAStep)));
        if (events.length > 0) await this.#store.ask(events, this.#clock.now());
        for (const watch of new Set(events.map((event) => event.watch))) this.#told(watch);
      }
    } catch (error) {
      this.#waiting = [];
      this.#log.error('brokers could not be told of Asks', { error });
    }
  }

  *#eventsOf(asks: readonly Document1[]): Sliced<AskedEvent[]> {
    const events: AskedEvent[] = [];
    for (const ask of asks) {
      for (const [watch, tested] of yield* this.#seenBy(ask)) {
        events.push({ watch, document: redacted(ask, tested) });
      }
      yield;
    }
    return events;
  }

  /** The Watches that see an Ask, and what their Tells test of it. */
  *#seenBy(ask: Document1): Sliced<Map<number, Set<string>>> {
    const { supply } = this.#registry;
    const seen = new Map<number, Set<string>>();
    const matcher = new Matcher(partyOf(ask), supply);
    using snapshot = supply.snapshot();
    let looked = 0;
    for (const rows of matcher.matching(snapshot)) {
      for (const row of rows) {
        const live = this.#registry.at(row, supply.toldOf(row));
        const brokers = live && this.#watched.get(live.row.teller);
        if (live === undefined || brokers === undefined) continue;
        const { brokerIp, tested } = this.#offerOf(live);
        for (const watch of brokers.get(brokerIp) ?? []) {
          const names = seen.get(watch) ?? new Set();
          for (const name of tested) names.add(name);
          seen.set(watch, names);
        }
        looked += 1;
        if (looked % tellsASlice === 0) yield;
      }
      yield;
    }
    return seen;
  }

  #offerOf(live: LiveTell): Offer {
    const known = this.#offers.get(live);
    if (known !== undefined) return known;
    const { document } = live.row;
    const brokerIp = /^Broker-IP: (.*)$/m.exec(document)?.[1] ?? '';
    const offer = { brokerIp, tested: testedBy(document) };
    this.#offers.set(live, offer);
    return offer;
  }
}
