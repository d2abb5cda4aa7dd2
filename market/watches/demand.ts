import { clauseHash, type Document1, Matcher, partyOf, type Sliced } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import type { Log } from '../../platform/log.ts';
import type { Slices } from '../../platform/slices.ts';
import { Recent } from '../recent.ts';
import type { Change, Registry } from '../registry.ts';
import { Offers } from './offers.ts';
import { redacted } from './redacted.ts';
import { type Seeing, whoSees } from './seeing.ts';
import type { AskedEvent, WatchRow, WatchStore } from './store.ts';

/** Asks whose events one commit takes at most. */
const asksAStep = 64;
/** Characters of events after which a commit takes those of no further Ask. */
const charactersAStep = 1024 * 1024;

/**
 * Puts Asks to the brokers' Watches: of each that matches a live Tell of the same sender and Broker-IP the log keeps
 * what the broker may see. It works when an Ask has been answered, and no answer waits for it.
 */
export class Demand {
  readonly #registry: Registry;
  readonly #store: Pick<WatchStore, 'ask'>;
  readonly #slices: Pick<Slices, 'run'>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #most: number;
  readonly #told: (watch: number, cursor: number) => void;
  readonly #offers: Offers;
  /** By clause hash, who sees such Asks while the offers are of this version. */
  readonly #seeing: Recent<readonly Seeing[]>;
  #seeingOf = 0;
  #waiting: Document1[] = [];
  #isFull = false;
  #working: Promise<void> | undefined;

  constructor(parts: {
    readonly registry: Registry;
    readonly store: Pick<WatchStore, 'ask'>;
    readonly slices: Pick<Slices, 'run'>;
    readonly clock: Clock;
    readonly log: Log;
    /** Asks (a count) that wait. */
    readonly most: number;
    /** Asks (a count) of which it is kept who sees them. */
    readonly kept: number;
    /** Called when the log has more for a Watch, the first of it at a cursor. */
    readonly told: (watch: number, cursor: number) => void;
  }) {
    this.#registry = parts.registry;
    this.#offers = new Offers(parts.registry);
    this.#seeing = new Recent(parts.kept);
    this.#store = parts.store;
    this.#slices = parts.slices;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#most = parts.most;
    this.#told = parts.told;
  }

  /** Takes note of a Watch; one of a user is none of ours. */
  add(watch: number, row: WatchRow): void {
    this.#offers.add(watch, row);
  }

  remove(watch: number, row: WatchRow): void {
    this.#offers.remove(watch, row);
  }

  /** To be called with each change, in order. */
  changed(change: Change): void {
    this.#offers.changed(change);
  }

  /** Takes an Ask, or a Watch of a user, in the order of the answers. */
  asked(ask: Document1): void {
    if (this.#offers.watched === 0 && this.#offers.isWhole) return;
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
        const events = await this.#slices.run(this.#nextEvents());
        if (events.length === 0) continue;
        const first = await this.#store.ask(events, this.#clock.now());
        for (const [watch, cursor] of first) this.#told(watch, cursor);
      }
    } catch (error) {
      this.#waiting = [];
      this.#log.error('brokers could not be told of Asks', { error });
    }
  }

  /** Takes the first Asks that wait, and makes the events that one commit takes. */
  *#nextEvents(): Sliced<AskedEvent[]> {
    const events: AskedEvent[] = [];
    yield* this.#offers.complete();
    let characters = 0;
    for (let asks = 0; asks < asksAStep && characters < charactersAStep; asks += 1) {
      const ask = this.#waiting.shift();
      if (ask === undefined) break;
      for (const event of yield* this.#eventsOf(ask)) {
        characters += event.document.length;
        events.push(event);
      }
      yield;
    }
    return events;
  }

  *#eventsOf(ask: Document1): Sliced<AskedEvent[]> {
    const events: AskedEvent[] = [];
    /** What brokers see, by the names that they test. */
    const seen = new Map<string, string>();
    for (const { broker, tested, names } of yield* this.#seen(ask)) {
      let document = seen.get(names);
      if (document === undefined) {
        document = redacted(ask, tested);
        seen.set(names, document);
        yield; // many brokers may each test something else of a long Ask
      }
      for (const watch of broker.watches) events.push({ watch, document });
    }
    return events;
  }

  *#seen(ask: Document1): Sliced<readonly Seeing[]> {
    const { version } = this.#offers;
    if (version !== this.#seeingOf) this.#seeing.clear();
    this.#seeingOf = version;
    const key = clauseHash(ask, sha256);
    const known = this.#seeing.get(key);
    if (known !== undefined) return known;
    const matcher = new Matcher(partyOf(ask), this.#registry.supply);
    const seeing = yield* whoSees(matcher, this.#offers, this.#registry);
    if (version === this.#offers.version) this.#seeing.set(key, seeing);
    return seeing;
  }
}
