import { type Document1, documentHash, expiryOf, partyOf, type Sliced } from '../../grammar/index.ts';
import type { Line } from '../../language-door/receiver.ts';
import { answering, declined, type Reply, written } from '../../language-door/reply.ts';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import type { Log } from '../../platform/log.ts';
import type { Slices } from '../../platform/slices.ts';
import type { Listings } from '../events/listings.ts';
import type { EventStore } from '../events/store.ts';
import { foundReplies } from '../resources/answers.ts';
import { type Found, ResourceAsks } from '../resources/asks.ts';
import type { InfogatherSettings } from '../settings.ts';
import { Feed } from './feed.ts';
import { cannotGoOn, cursorAhead, endedElsewhere, expired, expiredCursor, movedOn } from './replies.ts';
import { LoggedSupply } from './supply.ts';

export interface WatchesParts {
  readonly config: InfogatherSettings;
  readonly listings: Listings;
  readonly events: EventStore;
  readonly slices: Slices;
  readonly clock: Clock;
  readonly log: Log;
}

/** A Watch that stands, as long as its connection does. */
interface Standing {
  readonly key: string;
  readonly watcher: string;
  readonly id: string;
  readonly seq: number;
  readonly hash: string;
  readonly line: Line;
  readonly release: () => void;
  readonly cancelEnd: () => void;
  feed: Feed | undefined;
}

/**
 * The Watches of registrations. One stands as long as its connection; its cursor is a place in the log, from which it can
 * be taken up again over another one, also after a restart.
 */
export class Watches {
  readonly #parts: WatchesParts;
  readonly #standing = new Map<string, Standing>();
  readonly #each = new Map<string, number>();
  readonly #supply: LoggedSupply;
  readonly #asks: ResourceAsks;
  readonly #leave: () => void;

  constructor(parts: WatchesParts) {
    const { config, listings, slices } = parts;
    this.#parts = parts;
    this.#supply = new LoggedSupply(listings);
    this.#asks = new ResourceAsks(config, this.#supply.offers, slices);
    this.#leave = listings.follow((change) => {
      if (change === undefined) for (const { feed } of this.#standing.values()) feed?.wake();
    });
  }

  stop(): void {
    this.#leave();
    this.#supply.stop();
    for (const standing of [...this.#standing.values()]) this.#end(standing);
  }

  /** Begins a Watch, or takes it up after a cursor. */
  async watch(watch: Document1, watcher: string, line: Line | undefined): Promise<readonly Reply[]> {
    const { config, listings, clock } = this.#parts;
    const to = answering(watch);
    if (line === undefined)
      return [declined(to, 'policy', 'a Watch needs a connection that stays open: text or WebSocket')];
    const { id = '', cursor, expires } = watch.envelope;
    const now = clock.now();
    const said = watch.headers.find(({ name }) => name === 'Expires')?.value;
    const lives = expiryOf({ lifetime: expires, said }, now, {
      unsaidMs: config['watch-lifetime'],
      longestMs: config['longest-lifetime'],
    });
    if (lives.expiresAt <= now) return [declined(to, 'too-late', 'the Watch had expired when it came')];
    const full = this.#standsInWay(watch, watcher);
    if (full !== undefined) return [full];
    if (cursor !== undefined) {
      if (cursor > listings.head) return [cursorAhead(id, listings.head)];
      const { horizon } = listings; // nothing is waited for: an Unwatch may be next
      if (cursor < horizon) return [expiredCursor(id, horizon)];
    }
    if (line.closed.aborted) return [];
    const standing = this.#stand(watch, watcher, line, lives.expiresAt - now);
    if (cursor !== undefined) {
      this.#begin(standing, watch, cursor);
      const about = { Expires: lives.says, Cursor: `${cursor}` };
      return [
        written(
          'Ack',
          to,
          Object.entries(about).map(([name, value]) => ({ name, value })),
        ),
      ];
    }
    try {
      const { found, at } = await this.#answer(watch);
      const because = [{ name: 'Cursor', value: `${at}` }, ...found.because];
      const replies = foundReplies({ tells: found.tells, because }, to);
      line.checkAnswer(replies);
      this.#begin(standing, watch, at);
      return replies;
    } catch (error) {
      this.#end(standing);
      throw error;
    }
  }

  /** Ends a Watch; says whether there was one. */
  unwatch(id: string, watcher: string, line: Line | undefined): boolean {
    const standing = this.#standing.get(keyOf(watcher, id));
    if (standing === undefined) return false;
    this.#end(standing, standing.line.closed === line?.closed ? undefined : endedElsewhere(id));
    return true;
  }

  /** Why no Watch can stand now; nothing where it can. One of its name gives way, unless it has a Seq no lower. */
  #standsInWay(watch: Document1, watcher: string): Reply | undefined {
    const { 'most-watches': most, 'watches-each': mostEach } = this.#parts.config;
    const to = answering(watch);
    const { id = '', seq } = watch.envelope;
    const known = this.#standing.get(keyOf(watcher, id));
    if (known !== undefined) {
      if (known.hash === documentHash(watch, sha256) || seq > known.seq) return undefined;
      return declined(to, 'stale', `another text of this Id stands with Seq ${known.seq}`);
    }
    if (this.#standing.size >= most)
      return declined(to, 'capacity', `infogather holds ${most} Watches, and takes no other`);
    if ((this.#each.get(watcher) ?? 0) >= mostEach)
      return declined(to, 'capacity', `infogather holds ${mostEach} Watches of yours, and takes no other`);
    return undefined;
  }

  /** What stood when the log was at a cursor. */
  async #answer(watch: Document1): Promise<{ readonly found: Found; readonly at: number }> {
    const { slices, listings } = this.#parts;
    await this.#supply.ready((work) => slices.run(work));
    const asks = this.#asks;
    function* found(): Sliced<{ found: Found; at: number }> {
      const at = listings.head;
      return { found: yield* asks.finding(watch), at };
    }
    return slices.run(found());
  }

  #stand(watch: Document1, watcher: string, line: Line, livesMs: number): Standing {
    const { id = '', seq } = watch.envelope;
    const key = keyOf(watcher, id);
    const before = this.#standing.get(key);
    if (before !== undefined) this.#end(before, before.line.closed === line.closed ? undefined : movedOn(id));
    const gone = () => this.#end(standing);
    const release = line.hold();
    line.closed.addEventListener('abort', gone, { once: true });
    const standing: Standing = {
      ...{ key, watcher, id, seq, line, feed: undefined },
      hash: documentHash(watch, sha256),
      release: () => {
        line.closed.removeEventListener('abort', gone);
        release();
      },
      cancelEnd: this.#parts.clock.after(livesMs, () => this.#end(standing, expired(id))),
    };
    this.#standing.set(key, standing);
    this.#each.set(watcher, (this.#each.get(watcher) ?? 0) + 1);
    return standing;
  }

  #begin(standing: Standing, watch: Document1, cursor: number): void {
    const { listings, events, slices, log } = this.#parts;
    const { id, line } = standing;
    const isOver = () => this.#standing.get(standing.key) !== standing;
    if (isOver()) return;
    const push = (documents: readonly Reply[]) => line.push(documents);
    const feed = new Feed({ ...{ id, listings, events, slices, push, isOver }, ask: partyOf(watch) }, cursor);
    standing.feed = feed;
    void feed.run().then(
      (horizon) => horizon !== undefined && this.#end(standing, expiredCursor(id, horizon)),
      (error: unknown) => {
        if (isOver()) return;
        log.error('a Watch could not go on', { error });
        this.#end(standing, cannotGoOn(id));
      },
    );
  }

  /** Ends a Watch that stands, with a last word where there is one. */
  #end(standing: Standing, last?: Reply): void {
    const { key, watcher, line, feed } = standing;
    if (this.#standing.get(key) !== standing) return;
    this.#standing.delete(key);
    const left = (this.#each.get(watcher) ?? 1) - 1;
    if (left === 0) this.#each.delete(watcher);
    else this.#each.set(watcher, left);
    standing.cancelEnd();
    // What is pushed is written in its order before the connection may end, so nobody need wait for it.
    if (last !== undefined) void line.push([last]);
    standing.release();
    feed?.wake();
  }
}

/** No name of a sender has a line end. */
function keyOf(watcher: string, id: string): string {
  return `${watcher}\n${id}`;
}
