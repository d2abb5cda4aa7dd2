import { type Party, type Sliced, WaitingAsks } from '../../grammar/index.ts';
import type { Slices } from '../../platform/slices.ts';
import type { MarketLog } from '../log.ts';
import type { Change } from '../registry.ts';
import type { TellReader } from '../told.ts';
import type { Departures } from './departures.ts';
import { eachOf, eventsFor, type Turn, turnOf, type WatchEvent } from './event.ts';

/** Where the events of a Watch are taken. */
export interface Hearer {
  hear(event: WatchEvent): void;
  /** Is to leave: what comes after the event at a cursor is not told, and to be read from the log. */
  letGo(cursor: number): void;
}

/** Events that one read of the log brings. */
const eventsARead = 100;

/**
 * Tells all Watches of users of each event, in the order of the log. What comes while it works waits in memory, up to a
 * bound; beyond that it reads on from the log, which has the same. Nobody waits for it.
 */
export class Herald {
  readonly #log: MarketLog;
  readonly #slices: Slices;
  readonly #reader: TellReader;
  readonly #departures: Departures;
  readonly #most: number;
  readonly #failed: (error: unknown) => void;
  readonly #asks = new WaitingAsks();
  /** By row of the Asks. */
  readonly #hearers: (Hearer | undefined)[] = [];
  #waiting: Turn[] = [];
  /** Whether more came than may wait, so that the log is to be read. */
  #isBehind = false;
  /** The last event that there is, and the last that was begun. */
  #newest = 0;
  #begun = 0;
  #working: Promise<void> | undefined;

  constructor(parts: {
    readonly log: MarketLog;
    readonly slices: Slices;
    readonly reader: TellReader;
    /** Who hears of events goes by these, and the next event waits while many are to go. */
    readonly departures: Departures;
    /** Events (a count) that wait in memory. */
    readonly most: number;
    readonly failed: (error: unknown) => void;
  }) {
    this.#log = parts.log;
    this.#slices = parts.slices;
    this.#reader = parts.reader;
    this.#departures = parts.departures;
    this.#most = parts.most;
    this.#failed = parts.failed;
  }

  /** How many Watches hear of events. */
  get size(): number {
    return this.#asks.size;
  }

  /** Begins after the event at a cursor. */
  begin(cursor: number): void {
    this.#newest = cursor;
    this.#begun = cursor;
  }

  /**
   * Lets one hear of the events after a cursor, and returns the function that ends it; nothing where some of these have
   * been told already, which are to be read from the log first.
   */
  join(ask: Party, cursor: number, hearer: Hearer): (() => void) | undefined {
    if (cursor < this.#begun) return undefined;
    const row = this.#asks.add(ask);
    this.#hearers[row] = hearer;
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      this.#asks.remove(row);
      this.#hearers[row] = undefined;
    };
  }

  /** To be called with each change, in order. */
  changed(change: Change): void {
    const { cursor, before, after } = change;
    this.#newest = cursor;
    if (this.size === 0 && this.#working === undefined) {
      this.#begun = cursor;
      this.#isBehind = false;
      return;
    }
    if (this.#waiting.length >= this.#most) {
      this.#isBehind = true;
      this.#waiting = [];
    }
    if (!this.#isBehind) {
      const party = after === undefined ? undefined : change.party;
      this.#waiting.push({ cursor, before: before?.row.document, after: after?.row.document, party });
    }
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Settles when nothing waits. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    try {
      while (this.#begun < this.#newest) {
        if (this.#isBehind) await this.#readOn();
        else await this.#slices.run(this.#tellWaiting());
      }
    } catch (error) {
      // The store could not be read: when the next event comes, it is tried again from here.
      this.#isBehind = true;
      this.#waiting = [];
      this.#failed(error);
    }
  }

  *#tellWaiting(): Sliced<void> {
    for (let turn = this.#waiting.shift(); turn !== undefined; turn = this.#waiting.shift()) {
      yield* this.#tell(turn);
      yield;
      yield* this.#departures.untilFew();
    }
  }

  async #readOn(): Promise<void> {
    const newest = this.#newest;
    const { events, horizon } = await this.#log.after(this.#begun, eventsARead);
    if (this.#begun < horizon) return this.#letGo();
    await this.#slices.run(this.#tellAll(events.flatMap((event) => turnOf(event) ?? [])));
    this.#begun = events.at(-1)?.cursor ?? newest;
    this.#isBehind = this.#begun < this.#newest;
  }

  /** The log has forgotten what was to be told next: each Watch is to see for itself whether it misses anything. */
  #letGo(): void {
    const told = this.#begun;
    this.#begun = this.#newest;
    this.#isBehind = false;
    for (const hearer of [...this.#hearers]) hearer?.letGo(told);
  }

  *#tellAll(turns: readonly Turn[]): Sliced<void> {
    for (const turn of turns) {
      yield* this.#tell(turn);
      yield;
      yield* this.#departures.untilFew();
    }
  }

  *#tell(turn: Turn): Sliced<void> {
    // From here on who joins has to have heard of this event.
    this.#begun = turn.cursor;
    const events = yield* eventsFor(this.#asks, turn, this.#reader);
    // Between two slices a row may become another's, who has heard of this event already, by where that one begins.
    yield* eachOf(events, ([row, event]) => this.#hearers[row]?.hear(event));
  }
}
