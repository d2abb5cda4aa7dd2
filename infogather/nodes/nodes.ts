import { toJson1 } from '../../grammar/index.ts';
import { Changed } from '../../platform/changed.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import type { Slices } from '../../platform/slices.ts';
import type { Store } from '../../platform/store/store.ts';
import { type MessageLevel, messageLevels, type NodeState } from '../../protocol/agent/gathering.ts';
import { failure } from '../../protocol/catalogue.ts';
import type {
  NodeEventPage,
  NodeHistory,
  NodeMessages,
  NodeStatus,
  NodeStatusPage,
} from '../../protocol/node-events.ts';
import { isResource, type Registered } from '../answer.ts';
import type { Book } from '../book.ts';
import { factsOf, saidOf } from '../entry.ts';
import { Chronicle } from '../events/chronicle.ts';
import { Listings } from '../events/listings.ts';
import { EventStore, type NodeRow, type Reach } from '../events/store.ts';
import { History } from '../history/history.ts';
import { HistoryStore } from '../history/store.ts';
import type { InfogatherSettings } from '../settings.ts';
import type { Member } from './fleet.ts';

export interface NodesParts {
  readonly config: InfogatherSettings;
  readonly store: Store;
  readonly book: Book;
  readonly polls: { of(one: Registered): { readonly pollable: boolean; readonly fault: string | undefined } };
  readonly agents: {
    saidOf(poll: string | undefined): { readonly state: NodeState; readonly at: number } | undefined;
  };
  readonly slices: Slices;
  readonly clock: Clock;
  readonly log: Log;
}

/** Changes of registrations (a count) that are kept in memory for Watches. */
const changesKept = 4_096;
/** How many rows one step of housekeeping takes. */
const rowsAStep = 5_000;
/** How many nodes that are gone it forgets in one step: with each go some hundred rows of its history and messages. */
const goneAStep = 50;
/** Nodes, and messages, of one page (a count). */
const aPage = 500;
/** Applications (a count) that are named of one node. */
const mostApplications = 1_000;
/** Nodes that are looked at in one slice. */
const nodesASlice = 200;

/** The nodes that registrations make up: how each stands and stood, as a log, as series and as messages. */
export class Nodes {
  readonly listings: Listings;
  readonly events: EventStore;
  readonly #parts: NodesParts;
  readonly #chronicle: Chronicle;
  readonly #history: History;
  readonly #changed: Changed;

  constructor(parts: NodesParts) {
    const { config, store, book, polls, agents, slices, clock, log } = parts;
    this.#parts = parts;
    this.events = new EventStore(store);
    this.#changed = new Changed(clock);
    this.#history = new History({ levels: levelsOf(config), store: new HistoryStore(store), log });
    const steps = { load: config['load-step'], disk: config['disk-step'] };
    this.listings = new Listings({ book, store: this.events, steps, kept: changesKept });
    this.#chronicle = new Chronicle({
      ...{ config, listings: this.listings, store: this.events, slices, clock, log },
      about: (one) => {
        const said = agents.saidOf(one.poll);
        return { ...polls.of(one), said: said && { ...said.state, at: said.at } };
      },
      sampled: (member, at) => this.#sample(member, at),
      written: (rows) => this.#written(rows),
    });
  }

  start(): Promise<void> {
    return this.#chronicle.start();
  }

  async stop(): Promise<void> {
    this.#changed.close();
    await this.#chronicle.stop();
    await this.#history.stop(this.#parts.clock.now());
  }

  get isStopping(): boolean {
    return this.#changed.isClosed;
  }

  /** To be called with each change of what is registered. */
  changed(before: Registered | undefined, after: Registered | undefined): void {
    this.#chronicle.changed(before, after);
  }

  /** To be called when a poll of these failed; `fault` where it is another than before. */
  failed(registered: readonly Registered[], fault: string | undefined): void {
    for (const member of new Set(registered.flatMap((one) => this.#chronicle.fleet.of(one) ?? []))) {
      this.#chronicle.touch(member);
      if (fault !== undefined) this.#chronicle.note(member, 'warn', `a poll failed: ${fault}`);
    }
  }

  /** To be called when the agent with a key has said how it stands; returns how many nodes it has. */
  agentSaid(key: string): number {
    const members = this.#chronicle.fleet.ofAgent(key);
    for (const member of members) this.#chronicle.touch(member);
    return members.size;
  }

  /** To be called with what the agent with a key has to say of its node; returns how many it has. */
  agentNotes(key: string, level: MessageLevel, text: string): number {
    const members = this.#chronicle.fleet.ofAgent(key);
    for (const member of members) this.#chronicle.note(member, level, text);
    return members.size;
  }

  /** Nodes as they stand, those of one name or all that are not gone, a page at a time by their numbers. */
  async states(asked: { name?: string | undefined; after?: number | undefined }): Promise<NodeStatusPage> {
    const { head: cursor } = this.listings;
    const now = this.#parts.clock.now();
    const page = await this.#parts.slices.run(this.#page(asked.name, asked.after ?? 0, now));
    return { ...page, cursor };
  }

  /** One node; one that is gone as the log has it. Throws a Refusal `not-found`. */
  async state(node: number): Promise<NodeStatus> {
    const { row, member } = await this.#known(node);
    return this.#statusOf(row, member, this.#parts.clock.now());
  }

  /** What becomes of nodes, or of one, after a cursor; waits for it. Throws a Refusal `cursor-expired`, also before the log has come so far. */
  async statesAfter(
    asked: { readonly node?: number | undefined; readonly after: number },
    patience: { readonly wait: number; readonly signal: AbortSignal },
  ): Promise<NodeEventPage> {
    const { 'events-a-page': most, 'longest-wait': longestMs } = this.#parts.config;
    let { after } = asked;
    return this.#changed.until({
      topic: asked.node,
      ask: async () => {
        const page = await this.events.states(asked.node, after, most);
        if (after < page.horizon || after > page.head) throw expired(page);
        after = page.cursor;
        return { events: page.events, cursor: page.cursor };
      },
      isEnough: ({ events }) => events.length > 0,
      waitMs: Math.min(patience.wait * 1000, longestMs),
      signal: patience.signal,
    });
  }

  /** How a node stood, from so many seconds ago on. Throws a Refusal `not-found`. */
  async historyOf(node: number, seconds: number): Promise<NodeHistory> {
    await this.#known(node);
    const now = this.#parts.clock.now();
    const { stepMs, points } = await this.#history.of(node, now - seconds * 1000, now);
    return {
      stepMs,
      points: points.map(({ at, load = null, freeCpus = null, running = null }) => {
        return { at, load, freeCpus, running };
      }),
    };
  }

  /** What there is to say of a node, the latest first. Throws a Refusal `not-found`. */
  async messagesOf(
    node: number,
    level: MessageLevel,
    before = Number.MAX_SAFE_INTEGER,
  ): Promise<NodeMessages> {
    await this.#known(node);
    const levels = messageLevels.slice(0, messageLevels.indexOf(level) + 1);
    const messages = await this.events.messages(node, levels, before, aPage);
    return { messages, next: messages.length === aPage ? String(messages.at(-1)?.number) : null };
  }

  /** Housekeeping: forgets what is too old. */
  async sweep(now: number): Promise<void> {
    const { 'events-kept': keptMs, 'most-events': most, 'most-gone': mostGone } = this.#parts.config;
    const since = now - keptMs;
    while ((await this.events.forgetEvents(since, most, rowsAStep)) === rowsAStep);
    while ((await this.events.forgetGone(since, mostGone, goneAStep)) === goneAStep);
    this.listings.forgotten((await this.events.reach()).horizon);
    await this.#history.sweep(now);
  }

  *#page(
    name: string | undefined,
    after: number,
    now: number,
  ): Generator<undefined, Omit<NodeStatusPage, 'cursor'>> {
    const mostBytes = this.#parts.config['page-bytes'];
    const nodes: NodeStatus[] = [];
    let bytes = 0;
    for (const [index, member] of [...this.#chronicle.fleet.after(after)].entries()) {
      if (index % nodesASlice === nodesASlice - 1) yield;
      const { row } = member;
      if (row === undefined || row.state === 'gone' || (name !== undefined && member.name !== name)) continue;
      nodes.push(this.#statusOf(row, member, now));
      bytes += newestOf(member)?.bytes ?? 0;
      if (nodes.length === aPage || bytes >= mostBytes) return { nodes, next: String(row.node) };
    }
    return { nodes, next: null };
  }

  async #known(node: number): Promise<{ readonly row: NodeRow; readonly member: Member | undefined }> {
    const member = this.#chronicle.fleet.numbered(node);
    const row = member?.row ?? (await this.events.node(node));
    if (row !== undefined) return { row, member };
    throw new Refusal(failure('not-found', `infogather knows no node of number ${node}`));
  }

  #statusOf(row: NodeRow, member: Member | undefined, now: number): NodeStatus {
    const { node, name, state, since, reason, cursor } = row;
    const newest = member === undefined ? undefined : newestOf(member);
    const known = member === undefined ? undefined : this.#chronicle.known(member);
    const registered = [...(member?.registered.values() ?? [])];
    const applications = registered.flatMap((one) =>
      isResource(one) ? one.applications : [one.application],
    );
    const { load, cpus } = newest === undefined ? { load: null, cpus: null } : factsOf(newest);
    return {
      ...{ node, name, state, since, reason, cursor, load, cpus },
      applications: [...new Set(applications)].slice(0, mostApplications),
      heardAgoMs: known?.heardAt === undefined ? null : Math.max(0, now - known.heardAt),
      says: newest !== undefined && isResource(newest) ? toJson1({ headers: saidOf(newest) }) : null,
      agent: this.#parts.agents.saidOf(newest?.poll)?.state ?? null,
      fault: known?.fault ?? null,
    };
  }

  #sample(member: Member, at: number): void {
    const newest = newestOf(member);
    if (member.row === undefined || newest === undefined) return;
    const agent = this.#parts.agents.saidOf(newest.poll)?.state;
    this.#history.sample(member.row.node, at, {
      load: factsOf(newest).load ?? undefined,
      freeCpus: agent?.free.cpus,
      running: agent?.running,
    });
  }

  #written(rows: readonly NodeRow[]): void {
    const now = this.#parts.clock.now();
    for (const { node, state } of rows) if (state === 'gone') this.#history.end(node, now);
    this.#changed.tell(rows.map(({ node }) => node));
  }
}

/** The registration of a node that was heard or told last. */
function newestOf({ registered }: Member): Registered | undefined {
  let newest: Registered | undefined;
  for (const one of registered.values())
    if (newest === undefined || momentOf(one) >= momentOf(newest)) newest = one;
  return newest;
}

function momentOf({ heardAt, toldAt }: Registered): number {
  return Math.max(heardAt ?? 0, toldAt);
}

function levelsOf(config: InfogatherSettings) {
  return [
    { stepMs: config['history-step'], keptMs: config['history-kept'] },
    { stepMs: config['history-day-step'], keptMs: config['history-day-kept'] },
    { stepMs: config['history-month-step'], keptMs: config['history-month-kept'] },
  ];
}

/** A cursor that the log has not come to is of a log before this one, and means nothing here. */
function expired({ horizon, head }: Reach): Refusal {
  const next = 'list the nodes anew, and go on from the cursor that comes with them';
  return new Refusal(failure('cursor-expired', `the log goes from ${horizon} to ${head}`, next));
}
