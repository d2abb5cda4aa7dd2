import { matchesSla, type SlaAsk, type SlaTell } from '../grammar/index.ts';

/** A Tell that lives until `expiresAt` (milliseconds since 1970). */
export interface LiveTell {
  readonly tell: SlaTell;
  /** The tell's Broker-IP as text. */
  readonly brokerIp: string;
  readonly expiresAt: number;
}

/**
 * The live Tells in memory, found by application: what the store holds, ready for Asks. A Tell is known by
 * (Application, Broker-IP); answers come in the order in which the Tells were told.
 */
export class Registry {
  /** By application, then by broker; a Map keeps the order in which its keys were set. */
  readonly #byApplication = new Map<string, Map<string, LiveTell>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  find(application: string, brokerIp: string): LiveTell | undefined {
    return this.#byApplication.get(application)?.get(brokerIp);
  }

  /** Keeps the place of a Tell that was there; one that is not known comes last. */
  renew(live: LiveTell): void {
    const tells = this.#byApplication.get(live.tell.application);
    if (tells?.has(live.brokerIp)) tells.set(live.brokerIp, live);
    else this.put(live);
  }

  /** Puts a Tell last, in place of one of the same application and broker. */
  put(live: LiveTell): void {
    const { brokerIp } = live;
    const { application } = live.tell;
    let tells = this.#byApplication.get(application);
    if (tells === undefined) {
      tells = new Map();
      this.#byApplication.set(application, tells);
    }
    if (!tells.delete(brokerIp)) this.#size += 1;
    tells.set(brokerIp, live);
  }

  remove(application: string, brokerIp: string): void {
    const tells = this.#byApplication.get(application);
    if (tells?.delete(brokerIp) !== true) return;
    this.#size -= 1;
    if (tells.size === 0) this.#byApplication.delete(application);
  }

  /** The Tells that match an Ask at `now`, first told first. */
  matches(ask: SlaAsk, now: number): SlaTell[] {
    const found: SlaTell[] = [];
    for (const live of this.#byApplication.get(ask.application)?.values() ?? []) {
      if (live.expiresAt > now && matchesSla(ask, live.tell)) found.push(live.tell);
    }
    return found;
  }
}
