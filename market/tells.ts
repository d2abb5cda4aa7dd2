import { setImmediate as turn } from 'node:timers/promises';
import { type Document1, expiryOf, type SlaTell } from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { markOf } from './digest.ts';
import type { Change, LiveTell, Registry } from './registry.ts';
import type { MarketSettings } from './settings.ts';
import type { Ended, MarketStore, Placed, Renewed, TellName, TellRow, Untold } from './store.ts';
import { type TellReader, type Told, told1, toldOld } from './told.ts';

/** What became of a Tell of version 1.0; `expires` is what its Ack says. */
export type Telling =
  | { readonly became: 'told' | 'renewed'; readonly expires: string }
  | { readonly became: 'stale'; readonly seq: number }
  | { readonly became: 'past' };

/** A text as it was sent: its mark, and where the Tell stands that was told in it before. */
interface Heard {
  readonly mark: string;
  readonly place?: number;
}

/** Tells that one commit lets lapse. */
const lapsesAStep = 500;

/**
 * The commands of who tells. Each returns after its commit, when the registry knows what it did, and whoever wants to
 * hear of changes has heard of it, in the order of the log.
 */
export class Tells {
  readonly #config: MarketSettings;
  readonly #store: MarketStore;
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #reader: TellReader;
  readonly #changed: (change: Change) => void;
  /** Settles when all commands begun so far are in the registry. */
  #settled: Promise<void> = Promise.resolve();
  #underWay = 0;
  /** Lets lapse what has expired; there while it works. */
  #lapsing: Promise<void> | undefined;
  /** New Tells that the registry does not know yet: they count against the bound. */
  readonly #arriving = new Set<string>();
  /** Bytes that Tells which arrive will take. */
  #arrivingBytes = 0;

  constructor(parts: {
    readonly config: MarketSettings;
    readonly store: MarketStore;
    readonly registry: Registry;
    readonly clock: Clock;
    readonly reader: TellReader;
    /** Called for each change, when it is in the registry. */
    readonly changed: (change: Change) => void;
  }) {
    this.#config = parts.config;
    this.#store = parts.store;
    this.#registry = parts.registry;
    this.#clock = parts.clock;
    this.#reader = parts.reader;
    this.#changed = parts.changed;
  }

  /** Settles when every command that was begun before is in the registry. */
  async settled(): Promise<void> {
    if (this.#underWay > 0) await this.#settled;
  }

  /** Keeps a Tell of version 0.1 for its lifetime; told again it lives anew. */
  async tell(tell: SlaTell): Promise<void> {
    const told = toldOld(tell);
    await this.#tell(told.row, undefined, () => told);
  }

  /** Keeps a Tell of version 1.0 for its lifetime. `text` is the document as it was sent. */
  async tell1(tell: Document1, teller: string, text: string): Promise<Telling> {
    const told = told1(tell, teller);
    return this.#tell(told.row, told.lifetime, () => told, { mark: markOf(text) });
  }

  /** Tells again what this teller told in the same text, without reading it; nothing where it is not known. */
  repeat(
    text: string,
    teller: string,
  ): { readonly id: string; readonly telling: Promise<Telling> } | undefined {
    const id = idIn(text);
    const live = id === undefined ? undefined : this.#registry.find({ teller, id });
    if (live?.heard === undefined || live.heard !== markOf(text)) return undefined;
    const { row, lifetime, place, heard: mark } = live;
    const telling = this.#tell(row, lifetime, () => this.#reader.told(row), { mark, place });
    return { id: row.id, telling };
  }

  /** Takes a Tell of version 1.0 back. */
  untell(name: TellName): Promise<Untold> {
    const now = this.#clock.now();
    return this.#begin(async () => {
      const untold = await this.#store.untell(name, now, this.#config['untells-kept']);
      this.#end(this.#registry.find(name), untold.ended);
      return untold;
    });
  }

  /** Ends what has expired by `now`, so that the log says so before any answer that depends on it. */
  async lapse(now: number): Promise<void> {
    while (this.#lapsing !== undefined) await this.#lapsing;
    if ((this.#registry.nextEnding ?? Number.POSITIVE_INFINITY) > now) return;
    this.#lapsing = this.#begin(() => this.#lapse(now)).finally(() => {
      this.#lapsing = undefined;
    });
    await this.#lapsing;
  }

  async #lapse(now: number): Promise<void> {
    while ((this.#registry.nextEnding ?? Number.POSITIVE_INFINITY) <= now) {
      const due = this.#registry.takeDue(now, lapsesAStep);
      if (due.length === 0) {
        await turn(); // all of them were renewed
        continue;
      }
      const byPlace = new Map(due.map((live) => [live.place, live]));
      try {
        const ended = await this.#store.lapse([...byPlace.keys()], now);
        for (const one of ended) this.#end(byPlace.get(one.place), one);
      } finally {
        // Those that were renewed meanwhile, or that the store could not end.
        for (const live of due) this.#registry.watch(live);
      }
    }
  }

  async #tell(
    row: Told['row'],
    lifetime: Told['lifetime'],
    read: () => Told,
    heard?: Heard,
  ): Promise<Telling> {
    const now = this.#clock.now();
    const bounds = {
      unsaidMs: this.#config['tell-lifetime'],
      longestMs: this.#config['longest-lifetime'],
    };
    const said = lifetime && /^Expires: (.*)$/m.exec(row.document)?.[1];
    const { expiresAt, says } = expiryOf({ lifetime, said }, now, bounds);
    if (expiresAt <= now) return { became: 'past' };
    const name = `${row.teller}\n${row.id}`;
    const reserved = this.#makeRoom(row, name);
    return this.#begin(async () => {
      try {
        const outcome = await this.#store.tell({ ...row, expiresAt }, now, heard?.place);
        if (outcome.became === 'stale') return outcome;
        const live = this.#keep(outcome, expiresAt, read, row);
        live.heard = heard?.mark;
        return { became: outcome.became, expires: says };
      } finally {
        this.#arriving.delete(name);
        this.#arrivingBytes -= reserved;
      }
    });
  }

  /** Refuses what would pass a bound; returns the bytes that are kept free until the Tell is in memory. */
  #makeRoom(row: Pick<TellRow, 'teller' | 'id' | 'document'>, name: string): number {
    const { 'most-tells': mostTells, 'most-bytes': mostBytes } = this.#config;
    const known = this.#registry.find(row);
    const isNew = known === undefined && !this.#arriving.has(name);
    if (isNew && this.#registry.size + this.#arriving.size >= mostTells) {
      throw new Refusal(failure('market-full', `the market holds ${mostTells} Tells, and takes no other`));
    }
    const more = Math.max(0, row.document.length - (known?.row.document.length ?? 0));
    if (more > 0 && this.#registry.bytes + this.#arrivingBytes + more > mostBytes) {
      const detail = `the market holds ${mostBytes} bytes of Tells, and takes no more`;
      throw new Refusal(failure('market-full', detail, 'try again later, or raise market.most-bytes'));
    }
    if (isNew) this.#arriving.add(name);
    this.#arrivingBytes += more;
    return more;
  }

  #keep(outcome: Renewed | Placed, expiresAt: number, read: () => Told, name: TellName): LiveTell {
    const live = this.#registry.find(name);
    if (outcome.became === 'renewed') {
      if (live?.place !== outcome.place) throw new Error('a Tell was renewed that memory does not have');
      this.#registry.renew(live, expiresAt);
      return live;
    }
    this.#end(live, outcome.lapsed);
    const change = this.#registry.tell(read(), outcome.place, expiresAt);
    this.#changed(change);
    return change.after;
  }

  #end(live: LiveTell | undefined, ended: Ended | undefined): void {
    if (ended === undefined) return;
    if (live?.place !== ended.place) throw new Error('a Tell ended that memory does not have');
    this.#changed(this.#registry.end(live, ended.cursor));
  }

  /** Puts a command in line for `settled`. It has begun when this returns. */
  #begin<T>(command: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    const done = command().finally(() => {
      this.#underWay -= 1;
    });
    // Without its result, or each would hold on to all that were before it.
    this.#settled = Promise.allSettled([this.#settled, done]).then(() => {});
    return done;
  }
}

/** The Id of a Tell whose text or JSON was not read: where it is written otherwise, the Tell is read. */
function idIn(text: string): string | undefined {
  const found = /^Id: ([^\r\n]*)|"Id": ?"([^"\\]*)"/m.exec(text);
  return found?.[1] ?? found?.[2];
}
