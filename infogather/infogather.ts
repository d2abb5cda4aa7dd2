import {
  type Document,
  formatAddress,
  printDocument,
  type ResourceAsk,
  type ResourceTell,
} from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sender } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Store } from '../platform/store/store.ts';
import { failure } from '../protocol/catalogue.ts';
import type { NodeEntry, NodePage } from '../protocol/nodes.ts';
import { type Answer, readAnswer } from './answer.ts';
import { entryOf } from './entry.ts';
import type { PollLine } from './poll-line.ts';
import { Poller } from './poller.ts';
import { createStrategy } from './polling/index.ts';
import { type Registration, Registrations } from './registrations.ts';
import { Room } from './room.ts';
import type { InfogatherSettings } from './settings.ts';
import { InfogatherStore } from './store.ts';

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
  readonly #registrations: Registrations;
  readonly #room: Room;
  readonly #poller: Poller;
  /** Poll addresses that are about to be polled for the first time, with what calls it off. */
  readonly #settling = new Map<string, () => void>();
  /** What was wrong with the last poll of an address. */
  readonly #faults = new Map<string, string>();
  /** Registrations that the last poll of their address left out, until they are told or heard anew. */
  readonly #leftOut = new WeakSet<Registration>();
  #storeWell = true;
  /** Settles when all registrations begun so far are in memory. */
  #registered: Promise<void> = Promise.resolve();
  #registering = 0;

  constructor(parts: InfogatherParts) {
    this.#config = parts.config;
    this.#store = new InfogatherStore(parts.store);
    this.#line = parts.line;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#registrations = new Registrations((poll, teller) => parts.line.permits(poll, [teller]));
    this.#room = new Room(this.#registrations, parts.config);
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
    const done = this.#keep(document, sender);
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

  async #keep(document: ResourceTell, sender: Sender): Promise<void> {
    const now = this.#clock.now();
    const name = { application: document.application, host: formatAddress(document.host) };
    const bytes = Buffer.byteLength(printDocument(document));
    const leave = this.#room.take({ ...name, bytes });
    this.#registering += 1;
    try {
      const told = {
        ...name,
        poll: document.poll && formatAddress(document.poll),
        document,
        teller: sender.address,
        toldAt: now,
        expiresAt: now + this.#config['registration-lifetime'],
      };
      this.#put({ ...told, bytes, ...(await this.#store.register(told)) });
    } finally {
      leave();
      this.#registering -= 1;
    }
  }

  #put(registration: Registration): void {
    const { application, host, poll } = registration;
    const before = this.#registrations.find(application, host);
    this.#registrations.put(registration);
    if (before?.poll !== undefined && before.poll !== poll) this.#review(before.poll);
    if (poll === undefined) return;
    // A first address, another one, or a node thought gone: the broker waits for its first answer.
    const gone = this.#poller.isSuspect(poll) || (before !== undefined && this.#leftOut.has(before));
    this.#review(poll, gone || before?.poll !== poll);
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
    if (this.#registrations.pollable(poll)) {
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
    const begunAt = this.#clock.now();
    try {
      const documents = await this.#line.poll(address, this.#registrations.tellersOf(address), signal);
      const answer = readAnswer(documents, this.#registrations.polledAt(address));
      await this.#takeIn(answer, begunAt, signal);
      if (answer.fault !== undefined) throw new Error(answer.fault);
      this.#faults.delete(address);
    } catch (error) {
      if (!signal.aborted) this.#fault(address, error);
      throw error;
    }
  }

  /** Keeps what a poll brought. Where our own store fails, that is no fault of the node: nothing is taken in. */
  async #takeIn(answer: Answer, begunAt: number, signal: AbortSignal): Promise<void> {
    const heardAt = this.#clock.now();
    const expiresAt = heardAt + this.#config['registration-lifetime'];
    const renewed = answer.heard.map((one) => ({
      ...one.registration,
      document: one.document,
      heardAt,
      expiresAt,
    }));
    // What was told after the poll was begun, its answer could not name.
    const leftOut = answer.leftOut.filter((one) => one.toldAt < begunAt && !this.#leftOut.has(one));
    try {
      await this.#store.heard(renewed, leftOut, heardAt);
    } catch (error) {
      if (this.#storeWell && !signal.aborted) this.#log.error('cannot keep what polls bring', { error });
      this.#storeWell = false;
      return;
    }
    this.#storeWell = true;
    for (const registration of renewed) this.#hear(registration, heardAt);
    for (const registration of leftOut) this.#leaveOut(registration);
  }

  /** Takes in what a poll brought, unless the registration was told anew or had lapsed before. */
  #hear(registration: Registration, heardAt: number): void {
    const { application, host } = registration;
    const now = this.#registrations.find(application, host);
    if (now?.toldAt !== registration.toldAt || now.place !== registration.place) return;
    if (now.expiresAt > heardAt) this.#registrations.put(registration);
  }

  #leaveOut(registration: Registration): void {
    if (this.#registrations.find(registration.application, registration.host) !== registration) return;
    const silent = { ...registration, heardAt: undefined };
    this.#registrations.put(silent);
    this.#leftOut.add(silent);
  }

  #fault(address: string, error: unknown): void {
    const fault = (error instanceof Error ? error.message : String(error)).slice(0, faultCharacters);
    if (this.#faults.get(address) !== fault) this.#log.warn('a poll failed', { address, fault });
    if (this.#registrations.isNamed(address)) this.#faults.set(address, fault);
  }

  #entryOf(registration: Registration, now: number): NodeEntry {
    const { poll } = registration;
    const pollable = poll !== undefined && this.#registrations.pollable(poll);
    const leftOut = this.#leftOut.has(registration) ? 'the node no longer answers for it' : undefined;
    const fault = (poll === undefined ? undefined : this.#faults.get(poll)) ?? leftOut;
    return entryOf(registration, { pollable, fault }, now);
  }
}
