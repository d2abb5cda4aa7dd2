import { DocumentReader, formatAddress } from '../../grammar/index.ts';
import { isResource, type Registered } from '../answer.ts';
import type { Book } from '../book.ts';
import { listingName } from '../nodes/fleet.ts';
import { saidBy } from '../resources/resource.ts';
import { isNews, listedText, type NewsSteps } from './news.ts';
import type { EventStore, Listing, Written } from './store.ts';

/** A registration came, changed or went. */
export interface ListedChange {
  readonly before: Registered | undefined;
  readonly after: Registered | undefined;
}

export interface NumberedChange extends ListedChange {
  readonly cursor: number;
  readonly name: string;
}

/** What is to be written of one registration. */
export interface ListedNews extends ListedChange {
  readonly listing: Listing;
}

export interface ListingsParts {
  readonly book: Book;
  readonly store: EventStore;
  readonly steps: NewsSteps;
  /** Changes (a count) that stay in memory for who follows the log. */
  readonly kept: number;
}

/** How many registrations are read back in one step. */
const aStep = 1_000;

/**
 * The registrations as the log has them. Of what is told in both versions it has that of version 1.0 alone; load and disk
 * it tells of when they have moved by a step. So whoever follows the log knows at each cursor what matched then.
 */
export class Listings {
  readonly #parts: ListingsParts;
  readonly #logged = new Map<string, Registered>();
  readonly #reader = new DocumentReader();
  readonly #followers = new Set<(change: NumberedChange | undefined) => void>();
  #recent: NumberedChange[] = [];
  /** All changes after this cursor are in memory. */
  #floor = 0;
  #head = 0;
  #horizon = 0;

  constructor(parts: ListingsParts) {
    this.#parts = parts;
  }

  /** The last event of the log. */
  get head(): number {
    return this.#head;
  }

  /** How far the log goes back, as of the last housekeeping. */
  get horizon(): number {
    return this.#horizon;
  }

  /** The log begins after this cursor now. */
  forgotten(horizon: number): void {
    this.#horizon = horizon;
  }

  get size(): number {
    return this.#logged.size;
  }

  /** The names of all that the log has. */
  names(): string[] {
    return [...this.#logged.keys()];
  }

  at(name: string): Registered | undefined {
    return this.#logged.get(name);
  }

  /** Reads back what the log had when the service stopped; `changed` is told of each that may have changed since. */
  async start(changed: (name: string) => void): Promise<void> {
    const { store } = this.#parts;
    this.#logged.clear();
    this.#recent = [];
    const { head, horizon } = await store.reach();
    this.#head = head;
    this.#horizon = horizon;
    this.#floor = this.#head;
    for (let after = ''; ; ) {
      const rows = await store.listed(after, aStep);
      for (const { name, document } of rows) {
        const now = this.#truth(name);
        const same =
          now !== undefined && listedText(now) === document ? now : this.read(document, name.split('\n')[1]);
        this.#logged.set(name, same);
        changed(name);
      }
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.name;
    }
  }

  /** What is to be written of registrations with these names. */
  news(names: readonly string[]): ListedNews[] {
    return names.flatMap((name) => {
      const [before, after] = [this.#logged.get(name), this.#truth(name)];
      if (!isNews(before, after, this.#parts.steps)) return [];
      const texts = { before: before === undefined ? null : listedText(before) };
      return {
        before,
        after,
        listing: { name, ...texts, after: after === undefined ? null : listedText(after) },
      };
    });
  }

  /** The log has them now. */
  written(news: readonly ListedNews[], { cursors, head }: Written): void {
    for (const [index, { before, after, listing }] of news.entries()) {
      if (after === undefined) this.#logged.delete(listing.name);
      else this.#logged.set(listing.name, after);
      const change = { before, after, cursor: cursors[index] ?? head, name: listing.name };
      this.#recent.push(change);
      for (const follow of this.#followers) follow(change);
    }
    this.#head = head;
    const { kept } = this.#parts;
    // In bulk, or each would move all that are kept.
    if (this.#recent.length > 2 * kept) {
      this.#floor = this.#recent.at(-kept - 1)?.cursor ?? this.#floor;
      this.#recent = this.#recent.slice(-kept);
    }
    for (const follow of this.#followers) follow(undefined);
  }

  /** Changes after a cursor, at most `most`, and the cursor to go on from; nothing where memory does not go back so far. */
  after(
    cursor: number,
    most: number,
  ): { readonly changes: readonly NumberedChange[]; readonly cursor: number } | undefined {
    if (cursor < this.#floor) return undefined;
    let [from, to] = [0, this.#recent.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#recent[middle]!.cursor <= cursor) from = middle + 1;
      else to = middle;
    }
    const changes = this.#recent.slice(from, from + most);
    const isAll = from + changes.length === this.#recent.length;
    return { changes, cursor: isAll ? this.#head : (changes.at(-1)?.cursor ?? cursor) };
  }

  /** Calls back with each change, and with nothing when all of a commit are known; returns what ends that. */
  follow(follow: (change: NumberedChange | undefined) => void): () => void {
    this.#followers.add(follow);
    return () => this.#followers.delete(follow);
  }

  /** The names of registrations of version 0.1 that one of version 1.0 may stand for. */
  *twinsOf(one: Registered | undefined): Generator<string> {
    if (one === undefined || !isResource(one)) return;
    for (const application of one.applications) {
      const twin = this.#parts.book.registrations.find(application, one.host);
      if (twin !== undefined) yield listingName(twin);
    }
  }

  /** A registration as its text says it; of who told it, and when, nothing more is known. */
  read(text: string, owner = ''): Registered {
    const reading = this.#reader.readAgain(text);
    const document = 'document' in reading ? reading.document : undefined;
    const about = { place: 0, teller: '', toldAt: 0, heardAt: undefined, expiresAt: 0 };
    if (document !== undefined && 'envelope' in document)
      return { ...about, owner, hash: '', ...saidBy(document, owner) };
    if (document?.language === 'RESOURCE' && document.action === 'Tell') {
      const { application, poll } = document;
      const host = formatAddress(document.host);
      return { ...about, application, host, poll: poll && formatAddress(poll), document, bytes: 0 };
    }
    throw new Error(`the log holds what is no registration: ${text}`);
  }

  /** What stands registered under a name; nothing where the same is told in version 1.0. */
  #truth(name: string): Registered | undefined {
    const [version, first = '', second = ''] = name.split('\n');
    const { book } = this.#parts;
    if (version === '1') return book.resources.find({ owner: first, id: second });
    const registration = book.registrations.find(first, second);
    return registration === undefined || book.offers.isTwin(registration) ? undefined : registration;
  }
}
