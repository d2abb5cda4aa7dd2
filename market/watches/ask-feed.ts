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
  #at = 0;
  /** Whether more came than was read. */
  #isMore = true;
  #wake: () => void = () => {};

  constructor(parts: FeedParts & { readonly store: WatchStore; readonly watch: number }) {
    this.#parts = parts;
    this.#store = parts.store;
    this.#watch = parts.watch;
  }

  begin(cursor: number): void {
    this.#at = cursor;
    void this.#send().catch((error: unknown) => this.#parts.failed(error));
  }

  /** To be called when the log has more for it. */
  look(): void {
    this.#isMore = true;
    this.#wake();
  }

  end(): void {
    this.look();
  }

  async #send(): Promise<void> {
    const { post, log, id } = this.#parts;
    // What comes after all was read is new, and not forgotten yet.
    let hasAll = false;
    while (!post.isOver) {
      if (!this.#isMore) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      this.#isMore = false;
      const from = this.#at;
      const asks = await this.#store.asksAfter(this.#watch, from, asksARead);
      const { horizon } = await log.reach();
      if (post.isOver) return;
      if (!hasAll && from < horizon) {
        post.end(expiredCursor(id, horizon));
        return;
      }
      hasAll = asks.length < asksARead;
      if (!hasAll) this.#isMore = true;
      this.#at = asks.at(-1)?.cursor ?? from;
      if (asks.length > 0) await post.push(asks.map((asked) => askedReply(id, asked)));
    }
  }
}
