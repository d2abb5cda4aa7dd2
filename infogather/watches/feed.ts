import { type Party, partyOfOld, type Sliced, WaitingAsks } from '../../grammar/index.ts';
import type { Reply } from '../../language-door/reply.ts';
import type { Slices } from '../../platform/slices.ts';
import { isResource, type Registered } from '../answer.ts';
import type { ListedChange, Listings } from '../events/listings.ts';
import type { EventStore } from '../events/store.ts';
import { eventReply, type WatchEvent } from './replies.ts';

export interface FeedParts {
  readonly id: string;
  readonly ask: Party;
  readonly listings: Listings;
  readonly events: EventStore;
  readonly slices: Slices;
  /** Sends documents; resolves when there is room for more. */
  readonly push: (documents: readonly Reply[]) => Promise<void>;
  readonly isOver: () => boolean;
}

/** Events (a count) that are read, and sent, together. */
const aStep = 100;

/** A change with the cursor of its event. */
interface Turn extends ListedChange {
  readonly cursor: number;
}

/** Sends the events of one Watch from a cursor on, at the pace of who reads: what is not in memory any more, from the log. */
export class Feed {
  readonly #parts: FeedParts;
  readonly #asks = new WaitingAsks();
  #at: number;
  #wake: () => void = () => {};

  constructor(parts: FeedParts, cursor: number) {
    this.#parts = parts;
    this.#at = cursor;
    this.#asks.add(parts.ask);
  }

  /** To be called when there is more, or the Watch is over. */
  wake(): void {
    this.#wake();
  }

  /** Sends until the Watch is over; resolves with the horizon where the log has forgotten what would be next. */
  async run(): Promise<number | undefined> {
    const { listings, slices, push, isOver, id } = this.#parts;
    while (!isOver()) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const step = listings.after(this.#at, aStep) ?? (await this.#fromLog());
      if ('horizon' in step) return step.horizon;
      const events = await slices.run(this.#eventsOf(step.changes));
      this.#at = step.cursor;
      if (isOver()) return undefined;
      if (events.length > 0) await push(events.map((event) => eventReply(id, event)));
      else if (step.changes.length === 0 && step.cursor >= listings.head) await woken;
    }
    return undefined;
  }

  async #fromLog(): Promise<
    { readonly changes: readonly Turn[]; readonly cursor: number } | { readonly horizon: number }
  > {
    const { listings, events } = this.#parts;
    const { events: logged, horizon, cursor } = await events.listings(this.#at, aStep);
    if (this.#at < horizon) return { horizon };
    const read = (text: string | null) => (text === null ? undefined : listings.read(text));
    const changes = logged.map((event) => {
      return { cursor: event.cursor, before: read(event.before), after: read(event.after) };
    });
    return { changes, cursor };
  }

  *#eventsOf(turns: readonly Turn[]): Sliced<WatchEvent[]> {
    const events: WatchEvent[] = [];
    for (const { cursor, before, after } of turns) {
      const was = before !== undefined && (yield* this.#asks.matching(partyOf(before))).length > 0;
      const is = after !== undefined && (yield* this.#asks.matching(partyOf(after))).length > 0;
      if (is) events.push({ cursor, event: was ? 'changed' : 'matched', of: after });
      else if (was) events.push({ cursor, event: 'gone', of: before });
      yield;
    }
    return events;
  }
}

function partyOf(one: Registered): Party {
  return isResource(one) ? one.party : partyOfOld(one.document, `${one.application} ${one.host}`);
}
