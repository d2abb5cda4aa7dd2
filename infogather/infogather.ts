import { type Document, formatAddress, type ResourceAsk, type ResourceTell } from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sender } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Store } from '../platform/store/store.ts';
import { failure } from '../protocol/catalogue.ts';
import type { NodeEntry, NodePage } from '../protocol/nodes.ts';
import { readAnswer } from './answer.ts';
import { Poller } from './poller.ts';
import { createStrategy } from './polling/index.ts';
import { type Registration, Registrations } from './registrations.ts';
import type { InfogatherSettings } from './settings.ts';
import { InfogatherStore } from './store.ts';

/** Where polls may go, and how one is made: the part of egress that infogather uses. */
export interface PollLine {
  /** Whether an address may be polled, given the IP addresses that told of it. */
  permits(address: string, tellers: readonly string[]): boolean;
  /** Connects and reads the documents to the end of input; rejects with a sentence where there are none. */
  poll(address: string, tellers: readonly string[], signal: AbortSignal): Promise<readonly Document[]>;
}

export interface InfogatherParts {
  readonly config: InfogatherSettings;
  readonly store: Store;
  readonly line: PollLine;
  readonly clock: Clock;
  readonly log: Log;
}

/** How many rows one step of start and of housekeeping takes, so that the event loop stays free. */
const rowsAStep = 5_000;

/** How much is kept of what was wrong with a poll: a node may answer with names that are very long. */
const faultCharacters = 500;

/**
 * The information-gathering bus: knows what every node offers and how loaded it is. Its store is the truth,
 * the registrations in memory are the same; a command returns after its commit, and sees every command that
 * was begun before it.
 */
export class Infogather implements Part {
  readonly #config: InfogatherSettings;
  readonly #store: InfogatherStore;
  readonly #line: PollLine;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #registrations = new Registrations();
  readonly #poller: Poller;
  /** Poll addresses that are about to be polled for the first time, with what calls it off. */
  readonly #settling = new Map<string, () => void>();
  /** What was wrong with the last poll of an address. */
  readonly #faults = new Map<string, string>();
  /** Settles when all registrations begun so far are in memory. */
  #registered: Promise<void> = Promise.resolve();
  #registering = 0;
  /** Those of them that are not in memory yet: they count against the bound. */
  readonly #arriving = new Set<string>();

  constructor(parts: InfogatherParts) {
    this.#config = parts.config;
    this.#store = new InfogatherStore(parts.store);
    this.#line = parts.line;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#poller = new Poller({
      strategy: createStrategy(parts.config),
      clock: parts.clock,
      poll: (address, signal) => this.#poll(address, signal),
      pollsAtOnce: parts.config['polls-at-once'],
      suspectPollsAtOnce: parts.config['suspect-polls-at-once'],
    });
  }

  /** Reads the live registrations back from the store, and begins to poll. */
  async start(): Promise<void> {
    const now = this.#clock.now();
    for (let after = 0; ; ) {
      const rows = await this.#store.live(now, after, rowsAStep);
      for (const registration of rows) this.#put(registration);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.place;
    }
    await this.#poller.start();
    this.#log.info('infogather is open', { registrations: this.#registrations.size });
  }

  async stop(): Promise<void> {
    for (const cancel of this.#settling.values()) cancel();
    this.#settling.clear();
    await this.#poller.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The language door: maps an Action to a command. */
  async receive(document: Document, sender: Sender): Promise<readonly Document[]> {
    if (document.language !== 'RESOURCE') {
      const detail = 'infogather reads RESOURCE documents; this is an SLA document';
      throw new Refusal(failure('wrong-service', detail, 'send it to the market or a broker'));
    }
    if (document.action === 'Ask') return this.ask(document);
    await this.register(document, sender);
    return [];
  }

  /** Keeps a registration for its lifetime; told again it lives anew. */
  register(document: ResourceTell, sender: Sender): Promise<void> {
    const host = formatAddress(document.host);
    const name = `${document.application}\n${host}`;
    if (this.#registrations.find(document.application, host) === undefined) {
      const most = this.#config['most-registrations'];
      if (!this.#arriving.has(name) && this.#registrations.size + this.#arriving.size >= most) {
        const detail = `infogather holds ${most} registrations, and takes no other`;
        return Promise.reject(new Refusal(failure('infogather-full', detail)));
      }
      this.#arriving.add(name);
    }
    const done = this.#keep(document, sender, name);
    // Without its result, or each would hold on to all that were before it.
    this.#registered = Promise.allSettled([this.#registered, done]).then(() => {});
    return done;
  }

  /** The one registration that answers best: the least loaded, then the newest. */
  async ask(ask: ResourceAsk): Promise<readonly ResourceTell[]> {
    await this.#settled();
    const best = this.#registrations.best(ask, this.#clock.now());
    return best === undefined ? [] : [best];
  }

  /** What is known of nodes, those of one application or all, a page at a time. */
  async nodes(query: { application?: string | undefined; after?: number | undefined }): Promise<NodePage> {
    await this.#settled();
    const now = this.#clock.now();
    const nodes: NodeEntry[] = [];
    for (const registration of this.#registrations.of(query.application)) {
      if (registration.place <= (query.after ?? 0) || registration.expiresAt <= now) continue;
      nodes.push(this.#entryOf(registration, now));
      if (nodes.length === this.#config['nodes-a-page']) return { nodes, next: String(registration.place) };
    }
    return { nodes, next: null };
  }

  /** Each application that a live registration offers. */
  async applications(): Promise<string[]> {
    await this.#settled();
    return this.#registrations.applications(this.#clock.now());
  }

  /** Housekeeping: forgets what has expired, and loads that are too old. */
  async sweep(now: number): Promise<void> {
    for (;;) {
      const gone = await this.#store.expire(now, rowsAStep);
      for (const { application, host } of gone) this.#forget(application, host, now);
      if (gone.length < rowsAStep) break;
    }
    const before = now - this.#config['history-kept'];
    while ((await this.#store.forgetLoads(before, rowsAStep)) === rowsAStep);
  }

  async #settled(): Promise<void> {
    if (this.#registering > 0) await this.#registered;
  }

  async #keep(document: ResourceTell, sender: Sender, name: string): Promise<void> {
    const now = this.#clock.now();
    this.#registering += 1;
    try {
      const told = {
        application: document.application,
        host: formatAddress(document.host),
        poll: document.poll && formatAddress(document.poll),
        document,
        teller: sender.address,
        toldAt: now,
        expiresAt: now + this.#config['registration-lifetime'],
      };
      this.#put({ ...told, ...(await this.#store.register(told)) });
    } finally {
      this.#arriving.delete(name);
      this.#registering -= 1;
    }
  }

  #put(registration: Registration): void {
    const { application, host, poll } = registration;
    const before = this.#registrations.find(application, host);
    this.#registrations.put(registration);
    if (before?.poll !== undefined && before.poll !== poll) this.#review(before.poll);
    // Told for the first time, or of another address: what the broker waits for is the first answer.
    if (poll !== undefined) this.#review(poll, before?.poll !== poll);
  }

  #forget(application: string, host: string, now: number): void {
    const registration = this.#registrations.find(application, host);
    // One that was told again meanwhile is newer than this sweep.
    if (registration === undefined || registration.expiresAt > now) return;
    this.#registrations.remove(registration);
    if (registration.poll !== undefined) this.#review(registration.poll);
  }

  /** Polls an address from now on, or no more: as the registrations that name it, and who told them, allow. */
  #review(poll: string, atOnce = false): void {
    const tellers = this.#tellers(poll);
    if (tellers.length > 0 && this.#line.permits(poll, tellers)) {
      if (atOnce || !this.#poller.has(poll)) this.#pollSoon(poll);
    } else {
      this.#settling.get(poll)?.();
      this.#settling.delete(poll);
      this.#poller.remove(poll);
      this.#faults.delete(poll);
    }
  }

  /** Polls an address when what registers with it now has had a moment to do so. */
  #pollSoon(poll: string): void {
    const settleMs = this.#config['poll-settle'];
    if (settleMs === 0) {
      this.#poller.soon(poll);
    } else if (!this.#settling.has(poll)) {
      const settled = () => {
        this.#settling.delete(poll);
        this.#poller.soon(poll);
      };
      this.#settling.set(poll, this.#clock.after(settleMs, settled));
    }
  }

  async #poll(address: string, signal: AbortSignal): Promise<void> {
    try {
      const documents = await this.#line.poll(address, this.#tellers(address), signal);
      const { heard, fault } = readAnswer(documents, this.#registrations.polledAt(address));
      const heardAt = this.#clock.now();
      const expiresAt = heardAt + this.#config['registration-lifetime'];
      const renewed = heard.map(({ registration, document }) => ({
        ...registration,
        document,
        heardAt,
        expiresAt,
      }));
      await this.#store.heard(renewed, heardAt);
      for (const registration of renewed) this.#hear(registration, heardAt);
      if (fault !== undefined) throw new Error(fault);
      this.#faults.delete(address);
    } catch (error) {
      if (!signal.aborted) this.#fault(address, error);
      throw error;
    }
  }

  /** Takes in what a poll brought, unless the registration was told anew or had lapsed before. */
  #hear(registration: Registration, heardAt: number): void {
    const { application, host } = registration;
    const now = this.#registrations.find(application, host);
    if (now?.toldAt !== registration.toldAt || now.place !== registration.place) return;
    if (now.expiresAt > heardAt) this.#registrations.put(registration);
  }

  #fault(address: string, error: unknown): void {
    const fault = (error instanceof Error ? error.message : String(error)).slice(0, faultCharacters);
    if (this.#faults.get(address) !== fault) this.#log.warn('a poll failed', { address, fault });
    if (this.#registrations.polledAt(address).length > 0) this.#faults.set(address, fault);
  }

  #tellers(poll: string): string[] {
    return [...new Set(this.#registrations.polledAt(poll).map(({ teller }) => teller))];
  }

  #entryOf({ application, host, poll, document, toldAt, heardAt }: Registration, now: number): NodeEntry {
    return {
      application,
      host,
      poll: poll ?? null,
      pollable: poll !== undefined && this.#line.permits(poll, this.#tellers(poll)),
      cpuLoad: document.cpuLoad ?? null,
      date: document.date ?? null,
      toldAgoMs: Math.max(0, now - toldAt),
      heardAgoMs: heardAt === undefined ? null : Math.max(0, now - heardAt),
      fault: (poll === undefined ? undefined : this.#faults.get(poll)) ?? null,
    };
  }
}
