import { type Ending, Expiry } from '../expiry.ts';
import type { MarketSettings } from '../settings.ts';
import type { Post } from './post.ts';
import type { NumberedRow, WatchName, WatchRow, WatchStore } from './store.ts';

/** A Watch that stands, whether or not its connection is there. */
export class Standing {
  readonly watch: number;
  row: WatchRow;
  ending: Ending<Standing> | undefined;
  /** Its connection. */
  post: Post | undefined;
  /** What it watches for in canonical text, while its connection is there: the store keeps none of it. */
  text: string | undefined;
  /** Sees to it that it is sent what the log has for it from a cursor on: of a broker's, while its connection is there. */
  look: ((cursor: number) => void) | undefined;

  constructor(row: WatchRow, watch: number) {
    this.row = row;
    this.watch = watch;
  }
}

/** Watches that one read brings back. */
const rowsAStep = 1_000;

/** The Watches that stand, as the store holds them, within their bounds. */
export class StandingWatches {
  readonly #config: MarketSettings;
  readonly #byName = new Map<string, Standing>();
  readonly #byNumber = new Map<number, Standing>();
  /** By who watches how many there are. */
  readonly #each = new Map<string, number>();
  readonly #endings = new Expiry<Standing>();
  /** New ones that the store is about to keep, by who watches: they count against the bounds. */
  readonly #arriving = new Map<string, number>();
  #allArriving = 0;

  constructor(config: MarketSettings) {
    this.#config = config;
  }

  /** When the first of them ends, in milliseconds since 1970. */
  get nextEnding(): number | undefined {
    return this.#endings.first;
  }

  all(): IterableIterator<Standing> {
    return this.#byName.values();
  }

  find(name: WatchName): Standing | undefined {
    return this.#byName.get(keyOf(name));
  }

  numbered(watch: number): Standing | undefined {
    return this.#byNumber.get(watch);
  }

  /** Keeps room for a Watch, or says which bound is in its way. */
  reserve(name: WatchName): { release(): void } | string {
    if (this.find(name) !== undefined) return { release() {} };
    const { 'most-watches': most, 'watches-each': mostEach } = this.#config;
    const { watcher } = name;
    const arriving = this.#arriving.get(watcher) ?? 0;
    if (this.#byName.size + this.#allArriving >= most)
      return `the market holds ${most} Watches, and takes no other`;
    if ((this.#each.get(watcher) ?? 0) + arriving >= mostEach) {
      return `the market holds ${mostEach} Watches of yours, and takes no other`;
    }
    this.#arriving.set(watcher, arriving + 1);
    this.#allArriving += 1;
    return {
      release: () => {
        this.#allArriving -= 1;
        const left = (this.#arriving.get(watcher) ?? 1) - 1;
        if (left === 0) this.#arriving.delete(watcher);
        else this.#arriving.set(watcher, left);
      },
    };
  }

  /** Puts what the store keeps under a number; one of its name that has another number was removed before. */
  put(row: WatchRow, watch: number): Standing {
    const known = this.#byNumber.get(watch);
    const standing = known ?? new Standing(row, watch);
    standing.row = row;
    if (standing.ending !== undefined) this.#endings.remove(standing.ending);
    standing.ending = this.#endings.add(row.expiresAt, standing);
    if (known !== undefined) return known;
    this.#byName.set(keyOf(row), standing);
    this.#byNumber.set(watch, standing);
    this.#each.set(row.watcher, (this.#each.get(row.watcher) ?? 0) + 1);
    return standing;
  }

  remove(standing: Standing): void {
    const { row, watch } = standing;
    if (standing.ending !== undefined) this.#endings.remove(standing.ending);
    this.#byName.delete(keyOf(row));
    this.#byNumber.delete(watch);
    const left = (this.#each.get(row.watcher) ?? 1) - 1;
    if (left === 0) this.#each.delete(row.watcher);
    else this.#each.set(row.watcher, left);
  }

  /** Takes those that have expired by `now` out of what waits to expire. */
  takeDue(now: number): Standing[] {
    const due: Standing[] = [];
    for (let one = this.#endings.take(now); one !== undefined; one = this.#endings.take(now)) due.push(one);
    return due;
  }
}

/** Calls `each` for every Watch that the store has, expired or not. */
export async function readBack(
  store: WatchStore,
  each: (row: WatchRow, watch: number) => void,
): Promise<void> {
  for (let after = 0; ; ) {
    const rows: NumberedRow[] = await store.watches(after, rowsAStep);
    for (const { watch, ...row } of rows) each(row, watch);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.watch;
  }
}

function keyOf({ watcher, id }: WatchName): string {
  return `${watcher}\n${id}`;
}
