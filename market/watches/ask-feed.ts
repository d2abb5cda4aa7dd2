import type { Feed, FeedParts } from './feed.ts';
import { askedReply, expiredCursor } from './replies.ts';
import type { WatchStore } from './store.ts';

/** Asks that one read of the log brings, and one push takes. */
const asksARead = 64;

/** Sends a broker's Watch the Asks that the log has for it, at the pace of who reads. */
export class AskFeed implements Feed {
  readonly #parts: FeedParts;
  readonly #store: WatchStore;
  readonly #watch: number;
  /** The last Ask that was read, or where it began. */
  #at = 0;
  /** Where in the log there may be an Ask that was not read yet; nothing where all were. */
  #unread: number | undefined;
  #wake: () => void = () => {};

  constructor(parts: FeedParts & { readonly store: WatchStore; readonly watch: number }) {
    this.#parts = parts;
    this.#store = parts.store;
    this.#watch = parts.watch;
  }

  begin(cursor: number): void {
    this.#at = cursor;
    this.#unread = cursor + 1;
    void this.#send().catch((error: unknown) => this.#parts.failed(error));
  }

  /** To be called when the log has more for it, the first of it at a cursor. */
  look(cursor: number): void {
    this.#unread ??= cursor;
    this.#wake();
  }

  end(): void {
    this.#wake();
  }

  async #send(): Promise<void> {
    const { post, id } = this.#parts;
    while (!post.isOver) {
      const unread = this.#unread;
      if (unread === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      this.#unread = undefined;
      const from = Math.max(unread, this.#at + 1);
      const { asks, horizon } = await this.#store.asksFrom(this.#watch, from, asksARead);
      if (post.isOver) return;
      if (from <= horizon) {
        post.end(expiredCursor(id, horizon));
        return;
      }
      this.#at = asks.at(-1)?.cursor ?? this.#at;
      if (asks.length === asksARead) this.#unread = this.#at + 1;
      if (asks.length > 0) await post.push(asks.map((asked) => askedReply(id, asked)));
    }
  }
}
