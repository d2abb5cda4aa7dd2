import { besideDeal, type Document1, expiryOf, type Header, namedDeal } from '../../grammar/index.ts';
import type { Line } from '../../language-door/receiver.ts';
import {
  type Answering,
  answering,
  declined,
  type Reply,
  type Written,
  written,
} from '../../language-door/reply.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import type { UserCaller } from '../caller.ts';
import type { DealEventSettings } from './event-settings.ts';
import type { DealLog, LoggedDealEvent } from './events.ts';
import { dealDocument } from './replies.ts';

export interface DealWatchesParts {
  readonly config: DealEventSettings;
  readonly deals: DealLog;
  readonly clock: Clock;
  readonly log: Log;
}

/** A Watch that stands, as long as its connection does. */
interface Standing {
  readonly key: string;
  readonly owner: string;
  readonly id: string;
  readonly line: Line;
  /** Aborted when it ends. */
  readonly over: AbortController;
  readonly release: () => void;
}

/** No Watch stands longer, in milliseconds. */
const longestLifeMs = 86_400_000;

/** For how long, in seconds, one look for news waits; then the next one does. */
const waitSeconds = 60;

/**
 * The Watches of users, who are sent each document of their deals. One stands as long as its connection; its cursor is a
 * place in the log, from which it can be taken up again over another one, also after a restart.
 */
export class DealWatches {
  readonly #parts: DealWatchesParts;
  readonly #standing = new Map<string, Standing>();
  readonly #each = new Map<string, number>();

  constructor(parts: DealWatchesParts) {
    this.#parts = parts;
  }

  stop(): void {
    for (const standing of [...this.#standing.values()]) this.#end(standing);
  }

  /** Begins a Watch, or takes it up after a cursor. It ends with its user. */
  async watch(watch: Document1, user: Watcher, line: Line | undefined): Promise<readonly Reply[]> {
    const { owner, ended } = user;
    const { config, deals, clock } = this.#parts;
    const to = answering(watch);
    if (line === undefined)
      return [declined(to, 'policy', 'a Watch needs a connection that stays open: text or WebSocket')];
    const strange = whyNone(watch);
    if (strange !== undefined) return [declined(to, 'not-understood', strange)];
    const only = namedDeal(watch);
    const { id = '', expires } = watch.envelope;
    const said = watch.headers.find(({ name }) => name === 'Expires')?.value;
    const now = clock.now();
    const lives = expiryOf({ lifetime: expires, said }, now, {
      unsaidMs: config['deal-watch-lifetime'],
      longestMs: longestLifeMs,
    });
    if (lives.expiresAt <= now) return [declined(to, 'too-late', 'the Watch had expired when it came')];
    const from = watch.envelope.cursor ?? (await deals.head());
    try {
      // What is named has to be the user's, and the log has to go so far.
      const nothing = { wait: 0, signal: line.closed };
      await deals.page(owner, { id: only, after: from, limit: 1 }, nothing);
    } catch (error) {
      if (error instanceof Refusal) return [refusedWatch(to, error)];
      throw error;
    }
    const full = this.#standsInWay(owner, id);
    if (full !== undefined) return [declined(to, 'capacity', full)];
    if (ended?.aborted) return [declined(to, ...noUser)];
    if (line.closed.aborted) return [];
    const standing = this.#stand(user, id, line, lives.expiresAt - now);
    void this.#feed(standing, only, from);
    return [written('Ack', to, [header('Expires', lives.says), header('Cursor', `${from}`)])];
  }

  /** Ends a Watch; says whether there was one. */
  unwatch(id: string, owner: string, line: Line | undefined): boolean {
    const standing = this.#standing.get(keyOf(owner, id));
    if (standing === undefined) return false;
    const isHere = standing.line.closed === line?.closed;
    this.#end(standing, isHere ? undefined : ['not-found', 'the Watch was ended over another connection']);
    return true;
  }

  #standsInWay(owner: string, id: string): string | undefined {
    const { 'most-deal-watches': most, 'deal-watches-each': mostEach } = this.#parts.config;
    if (this.#standing.has(keyOf(owner, id))) return undefined;
    if (this.#standing.size >= most) return `the broker holds ${most} Watches, and takes no other`;
    if ((this.#each.get(owner) ?? 0) < mostEach) return undefined;
    return `the broker holds ${mostEach} Watches of yours, and takes no other`;
  }

  #stand({ owner, ended }: Watcher, id: string, line: Line, livesMs: number): Standing {
    const key = keyOf(owner, id);
    const before = this.#standing.get(key);
    if (before !== undefined) {
      const isHere = before.line.closed === line.closed;
      this.#end(before, isHere ? undefined : ['id-reused', 'the Watch goes on over another connection']);
    }
    const gone = () => this.#end(standing);
    const letGo = line.hold();
    const expired = () => this.#end(standing, ['too-late', 'the Watch has expired']);
    const removed = () => this.#end(standing, noUser);
    const cancelEnd = this.#parts.clock.after(livesMs, expired);
    line.closed.addEventListener('abort', gone, { once: true });
    ended?.addEventListener('abort', removed, { once: true });
    const standing: Standing = {
      ...{ key, owner, id, line, over: new AbortController() },
      release: () => {
        cancelEnd();
        line.closed.removeEventListener('abort', gone);
        ended?.removeEventListener('abort', removed);
        letGo();
      },
    };
    this.#standing.set(key, standing);
    this.#each.set(owner, (this.#each.get(owner) ?? 0) + 1);
    return standing;
  }

  /** Sends what comes after a cursor, as fast as it is read, until the Watch is over. */
  async #feed(standing: Standing, only: string | undefined, from: number): Promise<void> {
    const { deals, log } = this.#parts;
    const { owner, line, over } = standing;
    let cursor = from;
    try {
      while (!over.signal.aborted && !deals.isStopping) {
        const patience = { wait: waitSeconds, signal: over.signal };
        const page = await deals.page(owner, { id: only, after: cursor }, patience);
        cursor = page.cursor;
        if (over.signal.aborted) return;
        if (page.events.length > 0) await line.push(page.events.map(eventDocument));
      }
    } catch (error) {
      if (over.signal.aborted) return;
      if (error instanceof Refusal) return this.#end(standing, reasonOf(error));
      log.error('a Watch of deals could not go on', { error });
      this.#end(standing, ['capacity', 'the broker cannot go on with this Watch; send it again']);
    }
  }

  /** Ends a Watch that stands, with a last word where there is one. */
  #end(standing: Standing, last?: LastWord): void {
    const { key, owner, id, line, over } = standing;
    if (this.#standing.get(key) !== standing) return;
    this.#standing.delete(key);
    const left = (this.#each.get(owner) ?? 1) - 1;
    if (left === 0) this.#each.delete(owner);
    else this.#each.set(owner, left);
    // What is pushed is written in its order before the connection may end, so nobody need wait for it.
    if (last !== undefined) void line.push([declined({ language: 'SLA', id }, ...last)]);
    over.abort();
    standing.release();
  }
}

/** Whose a Watch is. */
type Watcher = Pick<UserCaller, 'owner' | 'ended'>;

type LastWord = readonly [Parameters<typeof declined>[1], string];

const noUser: LastWord = ['policy', 'you are no user of this broker any more'];

/** An event as a Watch is sent it: what the broker said, or how the deal stands, each with its Cursor. */
function eventDocument({ document, cursor, offer, agreement, state, text }: LoggedDealEvent): Written {
  const mark = header('Cursor', `${cursor}`);
  if (document !== undefined) {
    const headers = document.filter(({ name }) => name !== 'Cursor');
    const place = headers.findIndex(({ name }) => !isBeforeCursor.has(name));
    return { headers: headers.toSpliced(place < 0 ? headers.length : place, 0, mark) };
  }
  return dealDocument('Report', undefined, [
    ['Id', `event-${cursor}`],
    ['Cursor', mark.value],
    ['Note', text ?? undefined],
    ['Agreement', agreement ?? undefined],
    ['Offer', agreement === null ? offer : undefined],
    ['State', state],
  ]);
}

const isBeforeCursor: ReadonlySet<string> = new Set([
  'SLA-version',
  'Action',
  'Id',
  'Seq',
  'In-reply-to',
  'Event',
]);

/** Why a Watch is none of deals: undefined where it is one. */
function whyNone(watch: Document1): string | undefined {
  if (watch.envelope.brokerIp !== undefined) return 'Broker-IP; brokers watch the market';
  const strange = besideDeal(watch);
  return strange && `${strange.name}; a Watch of deals names one Offer or Agreement, or none`;
}

function refusedWatch(to: Answering, refusal: Refusal): Written {
  return declined(to, ...reasonOf(refusal));
}

function reasonOf({ code, message }: Refusal): LastWord {
  if (code === 'not-found') return ['not-found', message];
  return ['too-late', `cursor-expired: ${message}`];
}

function header(name: string, value: string): Header {
  return { name, value };
}

/** No name of a user has a line end. */
function keyOf(owner: string, id: string): string {
  return `${owner}\n${id}`;
}
