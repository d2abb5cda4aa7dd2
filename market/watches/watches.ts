import { type Document1, documentHash, expiryOf, ownCopy, partyOf } from '../../grammar/index.ts';
import type { Line } from '../../language-door/receiver.ts';
import { answering, declined, type Reply } from '../../language-door/reply.ts';
import { Alarm } from '../../platform/alarm.ts';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import type { Log } from '../../platform/log.ts';
import type { Slices } from '../../platform/slices.ts';
import { foundReplies } from '../answers.ts';
import type { AskReader } from '../ask-reader.ts';
import type { Found } from '../found.ts';
import type { MarketLog } from '../log.ts';
import type { Change, Registry } from '../registry.ts';
import type { MarketSettings } from '../settings.ts';
import type { TellReader } from '../told.ts';
import { AskFeed } from './ask-feed.ts';
import { Demand } from './demand.ts';
import { Departures } from './departures.ts';
import { EventFeed, type EventFeeds, type Feed } from './feed.ts';
import { Herald } from './herald.ts';
import { Connections, type Post } from './post.ts';
import { cannotGoOn, endedElsewhere, expired, movedOn, notKept, watchAck } from './replies.ts';
import { readBack, type Standing, StandingWatches } from './standing.ts';
import type { KeptWatch, WatchName, WatchRow, WatchStore } from './store.ts';

export interface WatchesParts {
  readonly config: MarketSettings;
  readonly store: WatchStore;
  readonly log: MarketLog;
  readonly registry: Registry;
  readonly slices: Slices;
  readonly reader: TellReader;
  readonly asks: AskReader;
  readonly clock: Clock;
  readonly notes: Log;
  /** Answers a Watch as an Ask. */
  readonly answer: (watch: Document1) => Promise<Found & { readonly texts: readonly string[] }>;
  /** Ends what has expired by now, so that Watches hear of it. */
  readonly lapse: () => Promise<void>;
}

/** How long after its end a Tell lapses at the latest where somebody watches: those of this time lapse together. */
const lapseWithinMs = 1_000;

/** The commands of who watches. Each returns after its commit; what a Watch is sent then waits for nobody else. */
export class Watches {
  readonly #parts: WatchesParts;
  readonly #standing: StandingWatches;
  readonly #herald: Herald;
  readonly #feeds: EventFeeds;
  readonly #demand: Demand;
  readonly #connections = new Connections();
  readonly #ends: Alarm;
  readonly #lapses: Alarm;
  /** Watches of users whose connection is there. */
  #heard = 0;

  constructor(parts: WatchesParts) {
    const { config, log, registry, slices, clock, notes, store, reader, asks } = parts;
    this.#parts = parts;
    this.#standing = new StandingWatches(config);
    const departures = new Departures(slices);
    this.#herald = new Herald({
      log,
      slices,
      reader,
      departures,
      most: config['events-waiting'],
      failed: (error) => notes.error('Watches could not be told of an event', { error }),
    });
    this.#feeds = {
      log,
      herald: this.#herald,
      slices,
      tells: reader,
      asks,
      departures,
      most: config['watch-queue'],
    };
    this.#demand = new Demand({
      registry,
      store,
      slices,
      clock,
      log: notes,
      most: config['asks-waiting'],
      kept: config['asks-kept'],
      told: (watch, cursor) => this.#standing.numbered(watch)?.look?.(cursor),
    });
    this.#ends = new Alarm(clock, () => void this.#endExpired());
    this.#lapses = new Alarm(clock, () => void this.#lapse());
  }

  /** Reads back the Watches that stand: their connections come again, and the Asks for brokers are kept meanwhile. */
  async start(): Promise<void> {
    await readBack(this.#parts.store, (row, watch) => void this.#stand(row, watch));
    this.#herald.begin(this.#parts.registry.cursor);
  }

  /** Sends nothing more, and waits for what was begun. */
  async stop(): Promise<void> {
    this.#ends.set(undefined);
    this.#lapses.set(undefined);
    for (const { post } of this.#standing.all()) post?.end();
    await this.#herald.settled();
    await this.#demand.settled();
  }

  /** To be called with each change, in order. */
  changed(change: Change): void {
    this.#herald.changed(change);
    this.#demand.changed(change);
    this.#awaitLapses();
  }

  /** To be called with each Ask of version 1.0 that was answered. */
  asked(ask: Document1): void {
    this.#demand.asked(ask);
  }

  /** Begins a Watch, or goes on with it over another connection. */
  async watch(watch: Document1, watcher: string, line: Line | undefined): Promise<readonly Reply[]> {
    const to = answering(watch);
    if (line === undefined) {
      return [declined(to, 'policy', 'a Watch needs a connection that stays open: text or WebSocket')];
    }
    const { id = '', cursor, brokerIp } = watch.envelope;
    const now = this.#parts.clock.now();
    const { expiresAt, says } = this.#expiryOf(watch, now);
    if (expiresAt <= now) return [declined(to, 'too-late', 'the Watch had expired when it came')];
    const row = rowOf(watch, { watcher, id }, expiresAt);
    const room = this.#standing.reserve(row);
    if (typeof room === 'string') return [declined(to, 'capacity', room)];
    // As `unwatch` does: what is in memory follows the commits in their order.
    let kept: KeptWatch;
    try {
      kept = await this.#parts.store.keep(row, now, cursor);
    } finally {
      room.release();
    }
    if (!('watch' in kept)) return [notKept(id, kept)];
    const standing = this.#stand(row, kept.watch);
    const post = this.#postOf(standing, line);
    standing.text = ownCopy(watch.text);
    const feed = this.#feedOf(standing, post, watch);
    if (brokerIp !== undefined || cursor !== undefined) {
      const from = cursor ?? kept.head;
      feed.begin(from);
      return [watchAck(to, says, from)];
    }
    try {
      const found = await this.#parts.answer(watch);
      const replies = foundReplies(found.texts, found, to);
      line.checkAnswer(replies);
      feed.begin(found.cursor);
      if (kept.became !== 'again' && found.matched > 0) this.#demand.asked(watch);
      return replies;
    } catch (error) {
      await this.#abandon(standing, post, row);
      throw error;
    }
  }

  /** Ends a Watch; says whether there was one, now or when an Unwatch came before. */
  async unwatch(name: WatchName, line: Line | undefined): Promise<boolean> {
    const { store, clock, config } = this.#parts;
    const unwatched = await store.end(name, clock.now(), config['untells-kept']);
    const standing = this.#standing.find(name);
    if (unwatched === 'ended' && standing !== undefined) {
      this.#remove(standing);
      standing.post?.end(standing.post.isOn(line) ? undefined : endedElsewhere(name.id));
    }
    return unwatched !== 'unknown';
  }

  /** A Watch that stands: until when, in milliseconds since 1970, and what it watches for where its connection is there. */
  find(name: WatchName): { readonly expiresAt: number; readonly ask: Document1 | undefined } | undefined {
    const standing = this.#standing.find(name);
    if (standing === undefined) return undefined;
    const { row, text } = standing;
    return { expiresAt: row.expiresAt, ask: text === undefined ? undefined : this.#parts.asks.ask(text) };
  }

  #expiryOf({ envelope: { expires }, headers }: Document1, now: number) {
    const { 'watch-lifetime': unsaidMs, 'longest-lifetime': longestMs } = this.#parts.config;
    const said = headers.find(({ name }) => name === 'Expires')?.value;
    return expiryOf({ lifetime: expires, said }, now, { unsaidMs, longestMs });
  }

  /** The connection of a Watch is this one now. */
  #postOf(standing: Standing, line: Line): Post {
    const former = standing.post;
    const post = this.#connections.open(line);
    standing.post = post;
    former?.end(former.isOn(line) ? undefined : movedOn(standing.row.id));
    return post;
  }

  #feedOf(standing: Standing, post: Post, watch: Document1): Feed {
    const { id, brokerIp } = standing.row;
    const { store, notes } = this.#parts;
    const failed = (error: unknown) => {
      if (post.isOver) return;
      notes.error('a Watch could not go on', { error });
      post.end(cannotGoOn(id));
    };
    const parts = { id, post, failed };
    let feed: Feed;
    if (brokerIp === null) {
      feed = new EventFeed(parts, { text: standing.text ?? watch.text, ask: partyOf(watch) }, this.#feeds);
      this.#heard += 1;
      post.whenOver(() => {
        this.#heard -= 1;
      });
      this.#awaitLapses();
    } else {
      const asks = new AskFeed({ ...parts, store, watch: standing.watch });
      standing.look = (cursor) => asks.look(cursor);
      feed = asks;
    }
    post.whenOver(() => {
      feed.end();
      if (standing.post !== post) return;
      standing.post = undefined;
      standing.look = undefined;
      standing.text = undefined;
    });
    return feed;
  }

  /** What the store keeps under a number stands, in place of what had its name. */
  #stand(row: WatchRow, watch: number): Standing {
    const before = this.#standing.find(row);
    if (before !== undefined && before.watch !== watch) {
      this.#remove(before);
      before.post?.end();
    } else if (before !== undefined) {
      this.#demand.remove(watch, before.row);
    }
    const standing = this.#standing.put(row, watch);
    this.#demand.add(watch, row);
    this.#ends.set(this.#standing.nextEnding);
    return standing;
  }

  /** A Watch of a user that cannot be answered does not stand, unless it went on over another connection meanwhile. */
  async #abandon(standing: Standing, post: Post, row: WatchRow): Promise<void> {
    const isOurs = standing.post === post;
    post.end();
    if (!isOurs) return;
    this.#remove(standing);
    await this.#parts.store.drop(standing.watch, row);
  }

  #remove(standing: Standing): void {
    this.#standing.remove(standing);
    this.#demand.remove(standing.watch, standing.row);
    this.#ends.set(this.#standing.nextEnding);
  }

  async #endExpired(): Promise<void> {
    const now = this.#parts.clock.now();
    const ended = this.#standing.takeDue(now);
    if (ended.length === 0) return this.#ends.set(this.#standing.nextEnding);
    for (const standing of ended) {
      this.#remove(standing);
      standing.post?.end(expired(standing.row.id));
    }
    this.#ends.set(this.#standing.nextEnding);
    try {
      await this.#parts.store.expire(
        ended.map(({ watch }) => watch),
        now,
      );
    } catch (error) {
      this.#parts.notes.error('Watches that have expired are still in the store', { error });
    }
  }

  async #lapse(): Promise<void> {
    try {
      await this.#parts.lapse();
    } catch (error) {
      this.#parts.notes.error('Tells could not lapse', { error });
    }
    this.#awaitLapses();
  }

  #awaitLapses(): void {
    const { nextEnding } = this.#parts.registry;
    if (this.#heard === 0 || nextEnding === undefined) return;
    const at = nextEnding + lapseWithinMs;
    if (at < (this.#lapses.at ?? Number.POSITIVE_INFINITY)) this.#lapses.set(at);
  }
}

function rowOf(watch: Document1, name: WatchName, expiresAt: number): WatchRow {
  const brokerIp = watch.headers.find((header) => header.name === 'Broker-IP')?.value ?? null;
  return { ...name, seq: watch.envelope.seq, hash: documentHash(watch, sha256), brokerIp, expiresAt };
}
