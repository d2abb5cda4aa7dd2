import type { Party } from '../../grammar/index.ts';
import type { Reply } from '../../language-door/reply.ts';
import type { Slices } from '../../platform/slices.ts';
import type { AskReader } from '../ask-reader.ts';
import type { MarketLog } from '../log.ts';
import type { TellReader } from '../told.ts';
import type { Departing, Departures } from './departures.ts';
import { eventsOf, turnOf, type WatchEvent } from './event.ts';
import type { Hearer, Herald } from './herald.ts';
import type { Post } from './post.ts';
import { expiredCursor } from './replies.ts';

/** What sends the documents of a Watch, until its connection ends. */
export interface Feed {
  /** Sends what comes after the event at a cursor. */
  begin(cursor: number): void;
  /** To be called when the connection has ended. */
  end(): void;
}

export interface FeedParts {
  readonly id: string;
  readonly post: Post;
  readonly failed: (error: unknown) => void;
}

/** Events that one read of the log brings, and that one push takes. */
const eventsARead = 100;
const eventsAPush = 64;
/** Of all to whom nothing waits to be sent. */
const nothing: WatchEvent[] = [];

/** What the feeds of all users' Watches share. */
export interface EventFeeds {
  readonly log: MarketLog;
  readonly herald: Herald;
  readonly slices: Slices;
  readonly tells: TellReader;
  readonly asks: AskReader;
  readonly departures: Departures;
  /** Events (a count) that wait in memory for the reader of one Watch. */
  readonly most: number;
}

/**
 * Sends the events of a user's Watch. It reads the log, at the pace of who reads, until it has caught up; then it hears
 * of each event from the herald, and keeps those that cannot be sent yet, up to a bound. With more it lets go of them
 * and reads the log again. So a slow reader costs no more memory than that, and misses nothing. While it only hears it is
 * the text of the Watch and little else, for of these there are many.
 */
export class EventFeed implements Feed, Hearer, Departing {
  readonly #parts: FeedParts;
  readonly #shared: EventFeeds;
  /** The Watch in canonical text. */
  readonly #text: string;
  /** What it asks, until it begins. */
  #ask: Party | undefined;
  /** The last event that was sent, or waits, or is none of this Watch. */
  #at = 0;
  #waiting: WatchEvent[] = nothing;
  /** There while the herald is heard. */
  #leave: (() => void) | undefined;
  /** Whether it is about to send, or does. */
  #isSending = false;

  constructor(parts: FeedParts, watch: { readonly text: string; readonly ask: Party }, shared: EventFeeds) {
    this.#parts = parts;
    this.#shared = shared;
    this.#text = watch.text;
    this.#ask = watch.ask;
  }

  begin(cursor: number): void {
    this.#at = cursor;
    this.#join(this.#ask ?? this.#shared.asks.party(this.#text));
    this.#ask = undefined;
    this.#send();
  }

  hear(event: WatchEvent): void {
    if (event.cursor <= this.#at) return;
    if (this.#waiting === nothing) this.#waiting = [];
    this.#waiting.push(event);
    this.#at = event.cursor;
    if (this.#waiting.length > this.#shared.most) this.#fallBehind();
    this.#send();
  }

  letGo(cursor: number): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#at = Math.max(this.#at, cursor);
    this.#send();
  }

  end(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#waiting = nothing;
  }

  depart(): void {
    void this.#sendAll().catch((error: unknown) => this.#parts.failed(error));
  }

  /** Whether there is nothing to send, nor to be read from the log. */
  get #isQuiet(): boolean {
    return this.#waiting.length === 0 && this.#leave !== undefined;
  }

  #send(): void {
    if (this.#isSending || this.#isQuiet) return;
    this.#isSending = true;
    this.#shared.departures.add(this);
  }

  async #sendAll(): Promise<void> {
    const { post } = this.#parts;
    while (!post.isOver && !this.#isQuiet) {
      if (this.#waiting.length > 0) await post.push(this.#takeWaiting());
      else await this.#readOn();
    }
    this.#isSending = false;
  }

  #takeWaiting(): Reply[] {
    const events = this.#waiting.splice(0, eventsAPush);
    if (this.#waiting.length === 0) this.#waiting = nothing;
    return events.map((event) => event.replyTo(this.#parts.id));
  }

  async #readOn(): Promise<void> {
    const { post, id } = this.#parts;
    const { log, slices, tells, asks } = this.#shared;
    const from = this.#at;
    const { events: logged, horizon, head } = await log.after(from, eventsARead);
    if (post.isOver) return;
    if (from < horizon) {
      post.end(expiredCursor(id, horizon));
      return;
    }
    const turns = logged.flatMap((event) => turnOf(event) ?? []);
    const ask = asks.party(this.#text);
    const events = await slices.run(eventsOf(ask, turns, tells));
    this.#at = logged.at(-1)?.cursor ?? head;
    this.#join(ask);
    if (events.length > 0) await post.push(events.map((event) => event.replyTo(id)));
  }

  #join(ask: Party): void {
    if (!this.#parts.post.isOver) this.#leave = this.#shared.herald.join(ask, this.#at, this);
  }

  #fallBehind(): void {
    const [first] = this.#waiting;
    this.#leave?.();
    this.#leave = undefined;
    if (first !== undefined) this.#at = first.cursor - 1;
    this.#waiting = nothing;
  }
}
