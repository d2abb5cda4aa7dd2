import {
  betterRegistration,
  matchesResource,
  type ResourceAsk,
  type ResourceTell,
} from '../grammar/index.ts';
import { PollTellers } from './tellers.ts';

/** A registration as it stands: the document with the load that was told or polled last. */
export interface Registration {
  /** Its place in the order in which registrations first came. */
  readonly place: number;
  /** By these two it is known; `host` as `address:port`. */
  readonly application: string;
  readonly host: string;
  /** Its Poll address, as `address:port`. */
  readonly poll: string | undefined;
  readonly document: ResourceTell;
  /** How long the text of the document was when it was told, or read back. */
  readonly bytes: number;
  /** The IP address that told it: a poll may go there. */
  readonly teller: string;
  /** Milliseconds since 1970. */
  readonly toldAt: number;
  /** When a poll was answered last, by arrival. */
  readonly heardAt: number | undefined;
  readonly expiresAt: number;
}

/** The live registrations in memory, by application and Host, and by the Poll address that they name. */
export class Registrations {
  /** In the order of their places, as are the hosts of each application. */
  readonly #all = new Map<string, Registration>();
  readonly #byApplication = new Map<string, Map<string, Registration>>();
  readonly #byPoll = new Map<string, Map<string, Registration>>();
  readonly #tellers: PollTellers;
  #bytes = 0;

  /** `permits` says whether a Poll address may be polled because one IP address told of it. */
  constructor(permits: (poll: string, teller: string) => boolean) {
    this.#tellers = new PollTellers(permits);
  }

  get size(): number {
    return this.#all.size;
  }

  /** How long the documents are together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Each application of which a registration lives at `now`. */
  applications(now: number): string[] {
    return [...this.#byApplication]
      .filter(([, hosts]) => hosts.values().some(({ expiresAt }) => expiresAt > now))
      .map(([application]) => application);
  }

  find(application: string, host: string): Registration | undefined {
    return this.#byApplication.get(application)?.get(host);
  }

  /** Whether any names a Poll address. */
  isNamed(address: string): boolean {
    return this.#byPoll.has(address);
  }

  /** Those that name a Poll address. */
  polledAt(address: string): readonly Registration[] {
    return [...(this.#byPoll.get(address)?.values() ?? [])];
  }

  /** The IP addresses that told of a Poll address, each once. */
  tellersOf(address: string): readonly string[] {
    return this.#tellers.of(address);
  }

  /** Whether a Poll address may be polled, given those who told of it. */
  pollable(address: string): boolean {
    return this.#tellers.pollable(address);
  }

  /** All of one application, or all there are, in the order of their places. */
  of(application?: string): Iterable<Registration> {
    return (application === undefined ? this.#all : this.#byApplication.get(application))?.values() ?? [];
  }

  /** Puts a registration in place of the one with its application and Host. */
  put(registration: Registration): void {
    const { application, host, place, poll } = registration;
    const before = this.find(application, host);
    if (before?.place === place) this.#unlink(before);
    else if (before !== undefined) this.remove(before);
    this.#bytes += registration.bytes;
    this.#all.set(keyOf(registration), registration);
    let hosts = this.#byApplication.get(application);
    if (hosts === undefined) {
      hosts = new Map();
      this.#byApplication.set(application, hosts);
    }
    hosts.set(host, registration);
    if (poll === undefined) return;
    let named = this.#byPoll.get(poll);
    if (named === undefined) {
      named = new Map();
      this.#byPoll.set(poll, named);
    }
    named.set(keyOf(registration), registration);
    this.#tellers.add(poll, registration.teller);
  }

  remove({ application, host }: Registration): void {
    const hosts = this.#byApplication.get(application);
    const registration = hosts?.get(host);
    if (hosts === undefined || registration === undefined) return;
    hosts.delete(host);
    this.#all.delete(keyOf(registration));
    if (hosts.size === 0) this.#byApplication.delete(application);
    this.#unlink(registration);
  }

  /** The registration that answers an Ask best at `now`: the least loaded, then the newest. */
  best(ask: ResourceAsk, now: number): ResourceTell | undefined {
    let best: ResourceTell | undefined;
    for (const { document, expiresAt } of this.of(ask.application)) {
      if (expiresAt <= now || !matchesResource(ask, document)) continue;
      if (best === undefined || betterRegistration(document, best) < 0) best = document;
    }
    return best;
  }

  #unlink(registration: Registration): void {
    const { poll, teller, bytes } = registration;
    this.#bytes -= bytes;
    if (poll === undefined) return;
    this.#tellers.remove(poll, teller);
    const named = this.#byPoll.get(poll);
    named?.delete(keyOf(registration));
    if (named?.size === 0) this.#byPoll.delete(poll);
  }
}

/** A line end stands in no value, so no two names make the same key. */
function keyOf({ application, host }: Registration): string {
  return `${application}\n${host}`;
}
