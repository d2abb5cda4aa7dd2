import { setImmediate as turn } from 'node:timers/promises';
import { type Document1, expiryOf, type SlaTell } from '../grammar/index.ts';
import type { Telling } from '../language-door/reply.ts';
import type { Clock } from '../platform/clock.ts';
import { Refusal } from '../platform/failure.ts';
import type { Effort } from '../platform/store/store.ts';
import { Arrivals } from './arrivals.ts';
import { markOf } from './digest.ts';
import { columnsOf, effortOf } from './effort.ts';
import type { Change, LiveTell, Registry } from './registry.ts';
import { type Room, Rooms } from './rooms.ts';
import type { MarketSettings } from './settings.ts';
import type { Ended, MarketStore, Placed, Renewed, TellName, Untold } from './store.ts';
import { type TellReader, type Told, told1, toldOld } from './told.ts';
import { UnderWay } from './under-way.ts';

/** A Tell as it came. */
interface Coming {
  readonly row: Told['row'];
  readonly lifetime: Told['lifetime'];
  /** Absent where it was not read, for it is known to stand in the same text. */
  readonly told?: Told;
  /** The text as it was sent, of version 1.0. */
  readonly text?: string;
  /** Where it is known to stand, in the same text. */
  readonly same?: LiveTell;
}

/** Tells that one commit lets lapse, and the effort with which they go from memory: some milliseconds. */
const lapsesAStep = 500;
const lapsingEffort = 4_000;

/** Characters of a Tell that are read in as long as a renewal comes into memory. */
const charactersReadAnEffort = 32;

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
  readonly #rooms: Rooms;
  readonly #arrivals: Arrivals;
  /** How many Untells are under way: what memory has may have ended by then. */
  #untelling = 0;

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
    this.#rooms = new Rooms(parts.config, parts.registry);
    this.#arrivals = new Arrivals({ ...parts, rooms: this.#rooms, underWay: this.#underWay });
  }

  /** Settles when every command that was begun before is in the registry. */
  settled(): Promise<void> {
    return this.#underWay.settled();
  }

  /** Keeps a Tell of version 0.1 for its lifetime; told again it lives anew. */
  async tell(tell: SlaTell): Promise<void> {
    const told = toldOld(tell);
    await this.#tell({ row: told.row, lifetime: undefined, told });
  }

  /** Keeps a Tell of version 1.0 for its lifetime. `text` is the document as it was sent. */
  tell1(tell: Document1, teller: string, text: string): Promise<Telling> {
    const told = told1(tell, teller);
    return this.#tell({ row: told.row, lifetime: told.lifetime, told, text });
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
    return { id: row.id, telling: this.#tell({ row, lifetime, text, same: live }) };
  }

  /** Takes a Tell of version 1.0 back. */
  async untell(name: TellName): Promise<Untold> {
    const now = this.#clock.now();
    const over = this.#underWay.begin();
    this.#untelling += 1;
    try {
      const effort = () => this.#effortOfEnd(this.#registry.find(name));
      const untold = await this.#store.untell(name, now, this.#config['untells-kept'], effort);
      this.#end(this.#registry.find(name), untold.ended);
      return untold;
    } finally {
      this.#untelling -= 1;
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
      const due = this.#registry.takeDue(now, lapsesAStep, lapsingEffort);
      if (due.length === 0) {
        await turn(); // all of them were renewed
        continue;
      }
      const byPlace = new Map(due.map((live) => [live.place, live]));
      try {
        const effort = due.reduce((sum, live) => sum + this.#registry.effortOf(live), 0);
        const ended = await this.#store.lapse([...byPlace.keys()], now, effort);
        for (const one of ended) this.#end(byPlace.get(one.place), one);
      } finally {
        // Those that were renewed meanwhile, or that the store could not end.
        for (const live of due) this.#registry.watch(live);
      }
    }
  }

  #tell(coming: Coming): Promise<Telling> {
    const { row, lifetime, told, text } = coming;
    const now = this.#clock.now();
    const bounds = {
      unsaidMs: this.#config['tell-lifetime'],
      longestMs: this.#config['longest-lifetime'],
    };
    const said = lifetime && /^Expires: (.*)$/m.exec(row.document)?.[1];
    const { expiresAt, says } = expiryOf({ lifetime, said }, now, bounds);
    if (expiresAt <= now) return Promise.resolve({ became: 'past' });
    const room = this.#rooms.make(row);
    if (room instanceof Refusal) return Promise.reject(room);
    if (told === undefined || !room.isNew) return this.#tellAgain(coming, room, expiresAt, says, now);
    const arrival = { told, expiresAt, heard: heardOf(text, row), room };
    return this.#arrivals.tell(arrival, now).then(() => ({ became: 'told', expires: says }));
  }

  /** Tells what may have been told before. */
  async #tellAgain(
    coming: Coming,
    room: Room,
    expiresAt: number,
    says: string,
    now: number,
  ): Promise<Telling> {
    const { row, text, same } = coming;
    const over = this.#underWay.begin();
    try {
      const isLiving = same !== undefined && same.expiresAt > now && this.#untelling === 0;
      const living = isLiving ? same.place : undefined;
      const effort = living === undefined ? this.#effortAnew(coming) : undefined;
      const outcome = await this.#store.tell({ ...row, expiresAt }, now, effort, living);
      if (outcome.became === 'stale') return outcome;
      const live = this.#keep(outcome, expiresAt, coming);
      if (live !== same) live.heard = heardOf(text, row);
      return { became: outcome.became, expires: says };
    } finally {
      this.#rooms.giveBack(room);
      over();
    }
  }

  /** With what effort memory follows where one is told anew; the one before may be under way still. */
  #effortAnew({ row, told, same }: Coming): Effort {
    // What is known by its text alone is read then.
    const anew =
      told === undefined
        ? this.#effortOfEnd(same) + row.document.length / charactersReadAnEffort
        : effortOf(columnsOf(told.party));
    return () => anew + this.#effortOfEnd(this.#registry.find(row));
  }

  #effortOfEnd(live: LiveTell | undefined): number {
    return live === undefined ? 0 : this.#registry.effortOf(live);
  }

  #keep(outcome: Renewed | Placed, expiresAt: number, { row, told }: Coming): LiveTell {
    const live = this.#registry.find(row);
    if (outcome.became === 'renewed') {
      if (live?.place !== outcome.place) throw new Error('a Tell was renewed that memory does not have');
      this.#registry.renew(live, expiresAt);
      return live;
    }
    this.#end(live, outcome.lapsed);
    const before = outcome.lapsed === undefined ? live : undefined;
    const change = this.#registry.tell(told ?? this.#reader.told(row), outcome.place, expiresAt, before);
    this.#changed(change);
    return change.after;
  }

  #end(live: LiveTell | undefined, ended: Ended | undefined): void {
    if (ended === undefined) return;
    if (live?.place !== ended.place) throw new Error('a Tell ended that memory does not have');
    this.#changed(this.#registry.end(live, ended.cursor));
  }
}

/** What is kept of the text in which a Tell was sent: its mark, where that is not the document. */
function heardOf(text: string | undefined, { document }: Told['row']): string | undefined {
  return text === undefined || text === document ? undefined : markOf(text);
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
