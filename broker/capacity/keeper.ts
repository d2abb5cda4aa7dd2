import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import type { Supply } from '../jobs/rooms.ts';
import { notKept } from './back-ends.ts';
import type { Claims } from './claims.ts';
import { Mirror } from './mirror.ts';
import { Moments } from './moments.ts';
import { shortOf } from './shortages.ts';
import { deleteHolds, overDeals, setShort } from './store.ts';

/** A deal of which something is not there any more, or all is again. */
export interface Shortage {
  readonly deal: number;
  readonly short: boolean;
  /** Why, for people. */
  readonly text: string;
}

export interface KeeperParts {
  readonly store: Store;
  readonly claims: Claims;
  /** What there is of a node; `unknown` of one that has not said yet. */
  readonly supplyOf: (agent: string, now: number) => Supply | 'gone' | 'unknown';
  /** There is more room on nodes, or may be. */
  readonly freed: (agents: Iterable<string>) => void;
  /** Says in the deals that they are short, or whole, within a verb; what is returned is called after the commit. */
  readonly tell: (sql: Sql, shortages: readonly Shortage[]) => () => void;
  /** For how long after the start nodes that have not come back are not taken for gone, in milliseconds. */
  readonly silenceMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** After how long, in milliseconds, what failed is tried again. */
const againMs = 1_000;
/** How long it sleeps at most, in milliseconds: a clock that was set forward is seen by then. */
const longestMs = 60_000;

/**
 * Keeps what is held and reserved as it is in the store, wakes whoever waits for room when it begins or ends, and says of
 * which deals something is not there any more.
 */
export class CapacityKeeper implements Part {
  readonly mirror: Mirror;
  readonly #parts: KeeperParts;
  /** Of whose nodes something was changed by verbs of which it is not known yet whether they stand. */
  #changed = new Set<string>();
  /** Whose nodes have come or gone, or have another supply. */
  #reviewed = new Set<string>();
  readonly #moments = new Moments();
  #cancelNext = () => {};
  #cancelAwaited = () => {};
  /** Agents that were there since the start, as long as others are waited for. */
  readonly #seen = new Set<string>();
  #isAwaiting = true;
  #isReviewing = false;
  #isStopped = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.mirror = new Mirror(parts.claims, (agents) => this.#noteChange(agents));
  }

  /** Reads what is held; what nothing of its deal wants any more is let go. */
  async start(): Promise<void> {
    const { store, claims, silenceMs, clock } = this.#parts;
    await store.write((sql) => {
      for (const deal of overDeals(sql)) deleteHolds(sql, deal);
      this.mirror.load(sql);
    });
    this.#noteMoments(claims.agents);
    this.#arm();
    this.#cancelAwaited = clock.after(silenceMs, () => {
      this.#isAwaiting = false;
      this.#seen.clear();
      for (const agent of claims.agents) this.#reviewed.add(agent);
      this.#review();
    });
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelNext();
    this.#cancelAwaited();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** A node has come or gone, or what it has is otherwise. */
  nodeChanged(agent: string): void {
    if (this.#isAwaiting) this.#seen.add(agent);
    if (!this.#parts.claims.isClaimed(agent)) return;
    this.#reviewed.add(agent);
    setImmediate(() => this.#review());
  }

  #noteChange(agents: readonly string[]): void {
    const isFirst = this.#changed.size === 0;
    for (const agent of agents) this.#changed.add(agent);
    if (isFirst) queueMicrotask(() => this.#settle());
  }

  /** Once the commits are known, others may have what was let go. */
  #settle(): void {
    const changed = this.#changed;
    this.#changed = new Set();
    if (this.#isStopped) return;
    this.#parts.store
      .read((sql) => this.mirror.settle(sql))
      .then(
        () => {
          if (this.#isStopped) return;
          this.#noteMoments(changed);
          this.#arm();
          this.#parts.freed(changed);
        },
        (error: unknown) => {
          if (this.#isStopped) return;
          this.#parts.log.warn('it is not known yet what is held and reserved; trying again', { error });
          this.#parts.clock.after(againMs, () => this.#noteChange([...changed]));
        },
      );
  }

  #noteMoments(agents: Iterable<string>): void {
    const { claims, clock } = this.#parts;
    const now = clock.now();
    for (const agent of agents) this.#moments.set(agent, claims.takenOf(agent)?.next(now));
  }

  /** One timer, for what comes next. */
  #arm(): void {
    this.#cancelNext();
    const next = this.#moments.first;
    if (next === undefined || this.#isStopped) return;
    const { clock, freed } = this.#parts;
    const wait = Math.min(Math.max(0, next - clock.now()), longestMs);
    this.#cancelNext = clock.after(wait, () => {
      const agents = this.#moments.take(clock.now());
      this.#noteMoments(agents);
      this.#arm();
      freed(agents);
    });
  }

  /** Looks which deals lack something; one look after the other. */
  #review(): void {
    if (this.#isReviewing || this.#isStopped || this.#reviewed.size === 0) return;
    this.#isReviewing = true;
    const agents = this.#reviewed;
    this.#reviewed = new Set();
    this.#parts.store
      .write((sql) => this.#compare(sql, agents))
      .then(
        (told) => {
          this.#isReviewing = false;
          told();
          this.#review();
        },
        (error: unknown) => {
          this.#isReviewing = false;
          if (this.#isStopped) return;
          this.#parts.log.warn('it cannot be written which deals lack nodes; trying again', { error });
          for (const agent of agents) this.#reviewed.add(agent);
          this.#parts.clock.after(againMs, () => this.#review());
        },
      );
  }

  #compare(sql: Sql, agents: Iterable<string>): () => void {
    const { claims } = this.#parts;
    this.mirror.follow(sql);
    const found = new Map<number, string>();
    const unkept = notKept(sql);
    const changed: { readonly deal: number; readonly agent: string; readonly short: boolean }[] = [];
    for (const agent of agents)
      for (const { claim, why: lacks } of this.#lookAt(agent)) {
        const { deal, short } = claim;
        const why = unkept.get(deal)?.get(claim.agent) ?? lacks;
        if ((why !== undefined) !== short) changed.push({ deal, agent: claim.agent, short: !short });
        if (why !== undefined) found.set(deal, why);
      }
    const deals = new Set(changed.map(({ deal }) => deal));
    for (const deal of unkept.keys()) if (found.has(deal)) deals.add(deal);
    if (deals.size === 0) return () => {};
    const isShort = (deal: number) => claims.ofDeal(deal).some(({ short }) => short);
    const before = new Map(Array.from(deals, (deal) => [deal, isShort(deal)]));
    const marked = () => {
      for (const { deal, agent, short } of changed) {
        setShort(sql, deal, agent, short);
        const one = claims.ofDealOn(deal, agent);
        if (one !== undefined) claims.put({ ...one, short });
      }
      return [...new Set(changed.map(({ agent }) => agent))];
    };
    if (changed.length > 0) this.mirror.change(sql, marked);
    const shortages = [...deals].flatMap((deal): Shortage[] => {
      const short = isShort(deal);
      // What a batch system says may be news of one that was short before; of several, the first speaks.
      const [said] = unkept.get(deal)?.values() ?? [];
      if (short === before.get(deal) && said === undefined) return [];
      const text = said ?? found.get(deal) ?? '';
      return [{ deal, short, text: short ? text : 'all that it has is there again' }];
    });
    return shortages.length === 0 ? () => {} : this.#parts.tell(sql, shortages);
  }

  /** What is held and reserved of a node, or of its queue, and why it is not there where it is not. */
  *#lookAt(
    agent: string,
  ): Generator<{ readonly claim: ReturnType<Claims['of']>[number]; readonly why: string | undefined }> {
    const { claims, supplyOf, clock } = this.#parts;
    const now = clock.now();
    const supply = supplyOf(agent, now);
    if (supply === 'unknown' || (supply === 'gone' && this.#isAwaiting && !this.#seen.has(agent))) return;
    if (supply === 'gone') {
      for (const claim of claims.of(agent)) yield { claim, why: `nothing is heard of ${agent}` };
      return;
    }
    const all = supply.agents.flatMap((one) => claims.of(one));
    const short = shortOf(supply, all, now);
    const shut = `${agent} takes no tasks, or has less than it had`;
    for (const claim of all) yield { claim, why: short.has(claim) ? shut : undefined };
  }
}
