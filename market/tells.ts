import { setImmediate as turn } from 'node:timers/promises';
import { type Document1, expiryOf, type SlaTell } from '../grammar/index.ts';
import type { Telling } from '../language-door/reply.ts';
import type { Clock } from '../platform/clock.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { markOf } from './digest.ts';
import type { Change, LiveTell, Registry } from './registry.ts';
import type { MarketSettings } from './settings.ts';
import type { Ended, MarketStore, Placed, Renewed, Stale, TellName, Untold } from './store.ts';
import type { TellRow } from './tell-row.ts';
import { type TellReader, type Told, told1, toldOld } from './told.ts';
import { UnderWay } from './under-way.ts';

/** A Tell on its way: what is kept of it, and how it is read when it is to be in memory. */
interface Arrival {
  readonly row: Told['row'];
  readonly lifetime: Told['lifetime'];
  readonly read: () => Told;
  /** The text as it was sent, of version 1.0. */
  readonly text?: string;
  /** Where it is known to stand, in the same text. */
  readonly same?: LiveTell;
}

/** Room that is kept for a Tell until it is in memory. */
interface Room {
  readonly name: string;
  /** Whether the market has no other of its name. */
  readonly isNew: boolean;
  readonly bytes: number;
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
  readonly #underWay = new UnderWay();
  /** Lets lapse what has expired; there while it works. */
  #lapsing: Promise<void> | undefined;
  /** By name how many Tells are under way. */
  readonly #telling = new Map<string, number>();
  /** New ones among them, which the registry does not know yet: they count against the bound. */
  #arriving = 0;
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
  settled(): Promise<void> {
    return this.#underWay.settled();
  }

  /** Keeps a Tell of version 0.1 for its lifetime; told again it lives anew. */
  async tell(tell: SlaTell): Promise<void> {
    const told = toldOld(tell);
    await this.#tell({ row: told.row, lifetime: undefined, read: () => told });
  }

  /** Keeps a Tell of version 1.0 for its lifetime. `text` is the document as it was sent. */
  tell1(tell: Document1, teller: string, text: string): Promise<Telling> {
    const told = told1(tell, teller);
    return this.#tell({ row: told.row, lifetime: told.lifetime, read: () => told, text });
  }

  /** Tells again what this teller told in the same text, without reading it; nothing where it is not known. */
  repeat(
    text: string,
    teller: string,
  ): { readonly id: string; readonly telling: Promise<Telling> } | undefined {
    const id = idIn(text);
    const live = id === undefined ? undefined : this.#registry.find({ teller, id });
    if (live === undefined || !isHeard(text, live)) return undefined;
    const { row, lifetime } = live;
    const telling = this.#tell({ row, lifetime, read: () => this.#reader.told(row), text, same: live });
    return { id: row.id, telling };
  }

  /** Takes a Tell of version 1.0 back. */
  async untell(name: TellName): Promise<Untold> {
    const now = this.#clock.now();
    const over = this.#underWay.begin();
    try {
      const untold = await this.#store.untell(name, now, this.#config['untells-kept']);
      this.#end(this.#registry.find(name), untold.ended);
      return untold;
    } finally {
      over();
    }
  }

  /** Ends what has expired by `now`, so that the log says so before any answer that depends on it. */
  async lapse(now: number): Promise<void> {
    while (this.#lapsing !== undefined) await this.#lapsing;
    if ((this.#registry.nextEnding ?? Number.POSITIVE_INFINITY) > now) return;
    const over = this.#underWay.begin();
    this.#lapsing = this.#lapse(now).finally(() => {
      this.#lapsing = undefined;
      over();
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

  async #tell(arrival: Arrival): Promise<Telling> {
    const { row, lifetime, text, same } = arrival;
    const now = this.#clock.now();
    const bounds = {
      unsaidMs: this.#config['tell-lifetime'],
      longestMs: this.#config['longest-lifetime'],
    };
    const said = lifetime && /^Expires: (.*)$/m.exec(row.document)?.[1];
    const { expiresAt, says } = expiryOf({ lifetime, said }, now, bounds);
    if (expiresAt <= now) return { became: 'past' };
    const room = this.#makeRoom(row);
    const over = this.#underWay.begin();
    try {
      const kept = { ...row, expiresAt };
      let outcome: Renewed | Placed | Stale;
      if (room.isNew) {
        const { places, index } = this.#store.tellNew(kept, now);
        // Awaited here, as all verbs are: what they did comes into memory in the order of their commits.
        outcome = { became: 'told', place: (await places)[index] as number, lapsed: undefined };
      } else outcome = await this.#store.tell(kept, now, same?.place);
      if (outcome.became === 'stale') return outcome;
      const live = this.#keep(outcome, expiresAt, arrival, room.isNew);
      if (live !== same) live.heard = text === undefined || text === row.document ? undefined : markOf(text);
      return { became: outcome.became, expires: says };
    } finally {
      this.#giveBack(room);
      over();
    }
  }

  /** Keeps room for a Tell until it is in memory; refuses one that would pass a bound. */
  #makeRoom(row: Pick<TellRow, 'teller' | 'id' | 'document'>): Room {
    const { 'most-tells': mostTells, 'most-bytes': mostBytes } = this.#config;
    const name = `${row.teller}\n${row.id}`;
    const known = this.#registry.find(row);
    const others = this.#telling.get(name) ?? 0;
    const isNew = known === undefined && others === 0;
    if (isNew && this.#registry.size + this.#arriving >= mostTells) {
      throw new Refusal(failure('market-full', `the market holds ${mostTells} Tells, and takes no other`));
    }
    const bytes = Math.max(0, row.document.length - (known?.row.document.length ?? 0));
    if (bytes > 0 && this.#registry.bytes + this.#arrivingBytes + bytes > mostBytes) {
      const detail = `the market holds ${mostBytes} bytes of Tells, and takes no more`;
      throw new Refusal(failure('market-full', detail, 'try again later, or raise market.most-bytes'));
    }
    this.#telling.set(name, others + 1);
    if (isNew) this.#arriving += 1;
    this.#arrivingBytes += bytes;
    return { name, isNew, bytes };
  }

  #giveBack({ name, isNew, bytes }: Room): void {
    const others = (this.#telling.get(name) ?? 1) - 1;
    if (others > 0) this.#telling.set(name, others);
    else this.#telling.delete(name);
    if (isNew) this.#arriving -= 1;
    this.#arrivingBytes -= bytes;
  }

  #keep(outcome: Renewed | Placed, expiresAt: number, { row, read }: Arrival, isNew: boolean): LiveTell {
    // Of its name none was told before a new one, and what is told after comes into memory after.
    const live = isNew ? undefined : this.#registry.find(row);
    if (outcome.became === 'renewed') {
      if (live?.place !== outcome.place) throw new Error('a Tell was renewed that memory does not have');
      this.#registry.renew(live, expiresAt);
      return live;
    }
    this.#end(live, outcome.lapsed);
    const before = outcome.lapsed === undefined ? live : undefined;
    const change = this.#registry.tell(read(), outcome.place, expiresAt, before);
    this.#changed(change);
    return change.after;
  }

  #end(live: LiveTell | undefined, ended: Ended | undefined): void {
    if (ended === undefined) return;
    if (live?.place !== ended.place) throw new Error('a Tell ended that memory does not have');
    this.#changed(this.#registry.end(live, ended.cursor));
  }
}

/** Whether a text is the one in which a Tell was sent last. */
function isHeard(text: string, { heard, row }: LiveTell): boolean {
  return heard === undefined ? text === row.document : heard === markOf(text);
}

/** The Id of a Tell whose text or JSON was not read: where it is written otherwise, the Tell is read. */
function idIn(text: string): string | undefined {
  const found = /^Id: ([^\r\n]*)|"Id": ?"([^"\\]*)"/m.exec(text);
  return found?.[1] ?? found?.[2];
}
