import type { Party } from '../../grammar/index.ts';
import type { Reply } from '../../language-door/reply.ts';
import type { Slices } from '../../platform/slices.ts';
import type { MarketLog } from '../log.ts';
import type { TellReader } from '../told.ts';
import { eventsOf, turnOf, type WatchEvent } from './event.ts';
import type { Hearer, Herald } from './herald.ts';
import type { Post } from './post.ts';
import { eventReply, expiredCursor } from './replies.ts';

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

/**
 * Sends the events of a user's Watch. It reads the log, at the pace of who reads, until it has caught up; then it hears
 * of each event from the herald, and keeps those that cannot be sent yet, up to a bound. With more it lets go of them
 * and reads the log again. So a slow reader costs no more memory than that, and misses nothing.
 */
export class EventFeed implements Feed, Hearer {
  readonly #parts: FeedParts;
  readonly #log: MarketLog;
  readonly #ask: Party;
  readonly #herald: Herald;
  readonly #slices: Slices;
  readonly #reader: TellReader;
  readonly #most: number;
  /** The last event that was sent, or waits, or is none of this Watch. */
  #at = 0;
  #waiting: WatchEvent[] = [];
  /** There while the herald is heard. */
  #leave: (() => void) | undefined;
  #wake: () => void = () => {};

  constructor(
    parts: FeedParts & {
      readonly log: MarketLog;
      readonly ask: Party;
      readonly herald: Herald;
      readonly slices: Slices;
      readonly reader: TellReader;
      /** Events (a count) that wait in memory. */
      readonly most: number;
    },
  ) {
    this.#parts = parts;
    this.#log = parts.log;
    this.#ask = parts.ask;
    this.#herald = parts.herald;
    this.#slices = parts.slices;
    this.#reader = parts.reader;
    this.#most = parts.most;
  }

  begin(cursor: number): void {
    this.#at = cursor;
    this.#join();
    void this.#send().catch((error: unknown) => this.#parts.failed(error));
  }

  hear(event: WatchEvent): void {
    if (event.cursor <= this.#at) return;
    this.#waiting.push(event);
    this.#at = event.cursor;
    if (this.#waiting.length > this.#most) this.#fallBehind();
    this.#wake();
  }

  letGo(cursor: number): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#at = Math.max(this.#at, cursor);
    this.#wake();
  }

  end(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#waiting = [];
    this.#wake();
  }

  async #send(): Promise<void> {
    const { post } = this.#parts;
    while (!post.isOver) {
      if (this.#waiting.length > 0) {
        await post.push(this.#waiting.splice(0, eventsAPush).map((event) => this.#reply(event)));
      } else if (this.#leave !== undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else {
        await this.#readOn();
      }
    }
  }

  async #readOn(): Promise<void> {
    const { post, id } = this.#parts;
    const from = this.#at;
    const { events: logged, horizon, head } = await this.#log.after(from, eventsARead);
    if (post.isOver) return;
    if (from < horizon) {
      post.end(expiredCursor(id, horizon));
      return;
    }
    const turns = logged.flatMap((event) => turnOf(event) ?? []);
    const events = await this.#slices.run(eventsOf(this.#ask, turns, this.#reader));
    this.#at = logged.at(-1)?.cursor ?? head;
    this.#join();
    if (events.length > 0) await post.push(events.map((event) => this.#reply(event)));
  }

  #join(): void {
    if (!this.#parts.post.isOver) this.#leave = this.#herald.join(this.#ask, this.#at, this);
  }

  #fallBehind(): void {
    const [first] = this.#waiting;
    this.#leave?.();
    this.#leave = undefined;
    if (first !== undefined) this.#at = first.cursor - 1;
    this.#waiting = [];
  }

  #reply(event: WatchEvent): Reply {
    return eventReply(this.#parts.id, event);
  }
}
