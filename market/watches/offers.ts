import type { Sliced } from '../../grammar/index.ts';
import type { Change, LiveTell, Registry } from '../registry.ts';
import { testedBy } from './redacted.ts';
import type { WatchRow } from './store.ts';

/** Tells of one Broker-IP that test the same of an Ask. */
export interface Offer {
  readonly broker: Broker;
  /** The names that they test, in small letters. */
  readonly tested: readonly string[];
  readonly tells: Set<LiveTell>;
}

/** What one teller tells with one Broker-IP, and who watches the demand for it. */
export interface Broker {
  readonly brokerIp: string;
  /** The numbers of the Watches. */
  readonly watches: Set<number>;
  /** By the names that they test. */
  readonly offers: Map<string, Offer>;
}

/** A teller who watches. */
interface Teller {
  /** By Broker-IP. */
  readonly brokers: Map<string, Broker>;
  watches: number;
  /** Whether all live Tells are in their places. */
  isWhole: boolean;
}

/** Tells that are put in their places in one slice. */
const tellsASlice = 256;

/** The live Tells of those who watch the demand, by what they test of an Ask: of equal ones, one that matches is enough. */
export class Offers {
  readonly #registry: Registry;
  readonly #tellers = new Map<string, Teller>();
  readonly #brokers = new Set<Broker>();
  readonly #placed = new Map<LiveTell, Offer>();
  #version = 0;
  #watched = 0;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Another number whenever a Tell whose demand is watched comes or goes, or a Watch. */
  get version(): number {
    return this.#version;
  }

  /** How many live Tells there are whose demand is watched. */
  get watched(): number {
    return this.#watched;
  }

  /** Whether they are all known: those of who has just begun to watch are to be looked for first. */
  get isWhole(): boolean {
    return this.#tellers.values().every(({ isWhole }) => isWhole);
  }

  /** The one of which a live Tell is; nothing where its teller does not watch. */
  of(live: LiveTell): Offer | undefined {
    return this.#placed.get(live);
  }

  /** Takes note of a Watch; one of a user is none of ours. */
  add(watch: number, { watcher, brokerIp }: WatchRow): void {
    if (brokerIp === null) return;
    const teller = this.#tellers.get(watcher) ?? { brokers: new Map(), watches: 0, isWhole: false };
    this.#tellers.set(watcher, teller);
    const broker = brokerOf(teller, brokerIp);
    if (broker.watches.has(watch)) return;
    teller.watches += 1;
    broker.watches.add(watch);
    this.#version += 1;
    if (this.#brokers.has(broker)) return;
    this.#brokers.add(broker);
    this.#watched += tellsOf(broker);
  }

  remove(watch: number, { watcher, brokerIp }: WatchRow): void {
    const teller = this.#tellers.get(watcher);
    const broker = brokerIp === null ? undefined : teller?.brokers.get(brokerIp);
    if (teller === undefined || broker?.watches.delete(watch) !== true) return;
    teller.watches -= 1;
    this.#version += 1;
    if (broker.watches.size === 0) {
      this.#brokers.delete(broker);
      this.#watched -= tellsOf(broker);
      this.#dropEmpty(teller, broker);
    }
    if (teller.watches === 0) this.#forget(watcher, teller);
  }

  /** To be called with each change, in order. */
  changed({ before, after }: Change): void {
    if (before !== undefined) this.#take(before);
    if (after !== undefined) this.#put(after);
  }

  /** Looks for the Tells of who has begun to watch. */
  *complete(): Sliced<void> {
    for (const [name, teller] of this.#tellers) {
      if (teller.isWhole) continue;
      let looked = 0;
      for (const live of this.#registry.ofTeller(name)) {
        if (live.at >= 0) this.#put(live);
        looked += 1;
        if (looked % tellsASlice === 0) yield;
      }
      teller.isWhole = true;
    }
  }

  /** Those whose demand is watched. */
  get brokers(): ReadonlySet<Broker> {
    return this.#brokers;
  }

  #put(live: LiveTell): void {
    const teller = this.#tellers.get(live.row.teller);
    if (teller === undefined || this.#placed.has(live)) return;
    const { document } = live.row;
    const broker = brokerOf(teller, /^Broker-IP: (.*)$/m.exec(document)?.[1] ?? '');
    const tested = testedBy(document);
    const key = tested.join('\n');
    const offer = broker.offers.get(key) ?? { broker, tested, tells: new Set() };
    broker.offers.set(key, offer);
    offer.tells.add(live);
    this.#placed.set(live, offer);
    if (!this.#brokers.has(broker)) return;
    this.#watched += 1;
    this.#version += 1;
  }

  #take(live: LiveTell): void {
    const offer = this.#placed.get(live);
    if (offer === undefined) return;
    const { broker, tells, tested } = offer;
    this.#placed.delete(live);
    tells.delete(live);
    if (tells.size === 0) broker.offers.delete(tested.join('\n'));
    if (this.#brokers.has(broker)) {
      this.#watched -= 1;
      this.#version += 1;
    } else {
      this.#dropEmpty(this.#tellers.get(live.row.teller), broker);
    }
  }

  #dropEmpty(teller: Teller | undefined, { brokerIp, watches, offers }: Broker): void {
    if (watches.size === 0 && offers.size === 0) teller?.brokers.delete(brokerIp);
  }

  /** Nobody watches the demand for what he tells any more. */
  #forget(name: string, { brokers }: Teller): void {
    this.#tellers.delete(name);
    for (const { offers } of brokers.values()) {
      for (const { tells } of offers.values()) for (const live of tells) this.#placed.delete(live);
    }
  }
}

function brokerOf({ brokers }: Teller, brokerIp: string): Broker {
  const known = brokers.get(brokerIp);
  if (known !== undefined) return known;
  const broker: Broker = { brokerIp, watches: new Set(), offers: new Map() };
  brokers.set(brokerIp, broker);
  return broker;
}

function tellsOf({ offers }: Broker): number {
  let count = 0;
  for (const { tells } of offers.values()) count += tells.size;
  return count;
}
