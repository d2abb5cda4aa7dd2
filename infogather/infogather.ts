import {
  type Document,
  formatAddress,
  printDocument,
  type ResourceAsk,
  type ResourceTell,
} from '../grammar/index.ts';
import type { AnyDocument, Line } from '../language-door/receiver.ts';
import type { Reply } from '../language-door/reply.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sender } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { Slices } from '../platform/slices.ts';
import type { Store } from '../platform/store/store.ts';
import { failure } from '../protocol/catalogue.ts';
import type { NodePage } from '../protocol/nodes.ts';
import { AgentLines } from './agents/lines.ts';
import { isResource, type Registered } from './answer.ts';
import { Book } from './book.ts';
import { Hearing } from './hearing.ts';
import { Lapses } from './lapses.ts';
import { type ListQuery, listPage } from './list.ts';
import { Nodes } from './nodes/nodes.ts';
import type { PollLine } from './poll-line.ts';
import { Polls } from './polls.ts';
import { ResourceAsks } from './resources/asks.ts';
import { ResourceDoor } from './resources/door.ts';
import { ResourceStore } from './resources/store.ts';
import { ResourceTells } from './resources/tells.ts';
import { Room } from './room.ts';
import type { InfogatherSettings } from './settings.ts';
import { InfogatherStore } from './store.ts';
import { UnderWay } from './under-way.ts';
import { Watches } from './watches/watches.ts';

export interface InfogatherParts {
  readonly config: InfogatherSettings;
  readonly store: Store;
  readonly line: PollLine;
  readonly clock: Clock;
  readonly log: Log;
}

/** How many rows one step of start and of housekeeping takes, so that the event loop stays free. */
const rowsAStep = 5_000;

/**
 * The information-gathering bus: knows what every node offers and how loaded it is. Its store is the truth,
 * what is in memory is the same; a command returns after its commit, and sees every command that was begun before it.
 */
export class Infogather implements Part {
  /** The agents that have a socket here. */
  readonly agents: AgentLines;
  /** How nodes stand and stood. */
  readonly standings: Nodes;
  readonly #config: InfogatherSettings;
  readonly #store: InfogatherStore;
  readonly #resourceStore: ResourceStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #book: Book;
  readonly #room: Room;
  readonly #polls: Polls;
  readonly #tells: ResourceTells;
  readonly #door: ResourceDoor;
  readonly #watches: Watches;
  readonly #lapses: Lapses;
  readonly #slices: Slices;
  readonly #underWay = new UnderWay();
  /** Settles when what has expired is out of memory; there while it is being taken out. */
  #lapsing: Promise<void> | undefined;

  constructor({ config, store, line, clock, log }: InfogatherParts) {
    this.#config = config;
    this.#store = new InfogatherStore(store);
    this.#resourceStore = new ResourceStore(store);
    this.#clock = clock;
    this.#log = log;
    this.agents = new AgentLines(line, {
      agentSaid: (key) => this.standings.agentSaid(key),
      agentNotes: (key, level, text) => this.standings.agentNotes(key, level, text),
    });
    this.#book = new Book(
      (poll, teller) => this.agents.permits(poll, [teller]),
      (before, after) => {
        this.standings.changed(before, after);
        this.#lapses.await(this.#book.nextLapse);
      },
    );
    const lapse = async () => {
      await this.#lapse(clock.now());
      return this.#book.nextLapse;
    };
    this.#lapses = new Lapses(clock, lapse, log);
    const { registrations, resources, addresses, offers } = this.#book;
    this.#slices = new Slices(config['slice-time']);
    this.#room = new Room([registrations, resources], config);
    const hearing = new Hearing({
      book: this.#book,
      store: this.#store,
      resourceStore: this.#resourceStore,
      expiryOf: (one, now) => this.#expiryOf(one, now),
      clock,
      log,
    });
    this.#polls = new Polls({
      ...{ config, addresses, line: this.agents, slices: this.#slices, clock, log },
      takeIn: (answer, begunAt, signal) => hearing.takeIn(answer, begunAt, signal, this.#polls),
      failed: (registered, fault) => this.standings.failed(registered, fault),
    });
    this.standings = new Nodes({
      ...{ config, store, book: this.#book, polls: this.#polls, agents: this.agents },
      ...{ slices: this.#slices, clock, log },
    });
    const { listings, events } = this.standings;
    this.#watches = new Watches({ ...{ config, listings, events, slices: this.#slices }, clock, log });
    this.#tells = new ResourceTells({
      ...{ config, clock, room: this.#room, underWay: this.#underWay, store: this.#resourceStore },
      find: (name) => resources.find(name),
      heldOf: (owner) => resources.heldOf(owner),
      put: (resource) => this.#put(resource),
      remove: (resource) => this.#remove(resource),
    });
    this.#door = new ResourceDoor({
      ...{ config, tells: this.#tells, watches: this.#watches },
      asks: new ResourceAsks(config, offers, this.#slices),
      settled: () => this.#settled(),
    });
  }

  /** Reads the live registrations back from the store, and begins to poll. */
  async start(): Promise<void> {
    const now = this.#clock.now();
    for (const store of [this.#store, this.#resourceStore]) {
      for (let after = 0; ; ) {
        const rows: readonly Registered[] = await store.live(now, after, rowsAStep);
        for (const one of rows) this.#put(one);
        const last = rows.at(-1);
        if (last === undefined) break;
        after = last.place;
      }
    }
    await this.standings.start();
    this.#lapses.start(this.#book.nextLapse);
    await this.#polls.start();
    this.#log.info('infogather is open', { registrations: this.#book.size });
  }

  /** Waits for what was begun. */
  async stop(): Promise<void> {
    this.#lapses.stop();
    this.#watches.stop();
    this.agents.stop();
    await this.#polls.stop();
    await this.#underWay.settled();
    await this.standings.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The language door: maps an Action to a command. */
  async receive(document: AnyDocument, sender: Sender, line?: Line): Promise<readonly Reply[]> {
    return 'envelope' in document
      ? this.#door.receive(document, sender, line)
      : this.#receiveOld(document, sender);
  }

  /** Keeps a registration of version 0.1 for its lifetime; told again it lives anew. */
  register(document: ResourceTell, sender: Sender): Promise<void> {
    return this.#underWay.begin(() => this.#keep(document, sender));
  }

  /** The one registration that answers an Ask of version 0.1 best: the least loaded, then the newest. */
  async ask(ask: ResourceAsk): Promise<readonly ResourceTell[]> {
    await this.#settled();
    const best = this.#book.best(ask);
    return best === undefined ? [] : [best];
  }

  /** What is known of nodes, those of one application or all, a page at a time. */
  async nodes(query: ListQuery): Promise<NodePage> {
    const now = await this.#settled();
    const knownOf = (one: Registered) => {
      return { ...this.#polls.of(one), agent: this.agents.saidOf(one.poll)?.state };
    };
    return listPage(this.#book, query, this.#config, knownOf, now);
  }

  /** Each application that a live registration offers. */
  async applications(): Promise<string[]> {
    await this.#settled();
    return this.#book.applications();
  }

  /** Housekeeping: forgets what has expired, and what is too old of what became of nodes. */
  async sweep(now: number): Promise<void> {
    await this.#lapse(now);
    const { 'untold-kept': untoldKept } = this.#config;
    while ((await this.#store.expire(now, rowsAStep)) === rowsAStep);
    while ((await this.#resourceStore.expire(now, rowsAStep)) === rowsAStep);
    while ((await this.#resourceStore.forgetUntold(now, untoldKept, rowsAStep)) === rowsAStep);
    await this.standings.sweep(now);
  }

  async #receiveOld(document: Document, sender: Sender): Promise<readonly Reply[]> {
    if (document.language !== 'RESOURCE') {
      const detail = 'infogather reads RESOURCE documents; this is an SLA document';
      throw new Refusal(failure('wrong-service', detail, 'send it to the market or a broker'));
    }
    if (document.action === 'Ask') return this.ask(document);
    await this.register(document, sender);
    return [];
  }

  /** Waits until memory holds every command that was begun before, and nothing that has lapsed; returns that moment. */
  async #settled(): Promise<number> {
    await this.#underWay.settled();
    const now = this.#clock.now();
    await this.#lapse(now);
    return now;
  }

  async #lapse(now: number): Promise<void> {
    while (this.#lapsing !== undefined) await this.#lapsing;
    if (!this.#book.isDue(now)) return;
    const lapse = this.#book.lapse(now, (lapsed) => this.#polls.gone(lapsed));
    this.#lapsing = this.#slices.run(lapse).finally(() => {
      this.#lapsing = undefined;
    });
    await this.#lapsing;
  }

  async #keep(document: ResourceTell, sender: Sender): Promise<void> {
    const now = this.#clock.now();
    const name = { application: document.application, host: formatAddress(document.host) };
    const bytes = Buffer.byteLength(printDocument(document));
    const before = this.#book.registrations.find(name.application, name.host)?.bytes;
    const leave = this.#room.take({ name: `${name.application}\n${name.host}`, bytes, before });
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
    }
  }

  #put(one: Registered): void {
    this.#polls.told(one, this.#book.put(one));
  }

  #remove(one: Registered): void {
    if (this.#book.remove(one)) this.#polls.gone(one);
  }

  #expiryOf(one: Registered, now: number): number {
    if (isResource(one)) return this.#tells.expiry(one.document, now).expiresAt;
    return now + this.#config['registration-lifetime'];
  }
}
