import { columnsOf } from './effort.ts';
import type { NewTell, Placing, Registry } from './registry.ts';
import type { Room, Rooms } from './rooms.ts';
import type { MarketStore } from './store.ts';
import type { Told } from './told.ts';
import type { UnderWay } from './under-way.ts';

/** A Tell on its way, of a name that the market does not have. */
export interface Arrival {
  readonly told: Told;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** The mark of its text as it was sent; absent where that is the document. */
  readonly heard: string | undefined;
  /** What is kept for it, to be given back when it is in memory. */
  readonly room: Room;
}

/** Tells that one verb of the store writes. */
interface Together {
  /** The place of each, after the commit. */
  readonly places: Promise<readonly number[]>;
  readonly tells: Arrival[];
  /** Settles when all are in memory. */
  readonly done: Promise<void>;
}

/**
 * Brings new Tells into the store and then into memory: those that one verb writes all at once, in the order in which they
 * came, and who hears of changes hears of one after another. They stand or fall together.
 */
export class Arrivals {
  readonly #store: MarketStore;
  readonly #registry: Registry;
  readonly #rooms: Rooms;
  readonly #underWay: UnderWay;
  readonly #changed: (change: NewTell) => void;
  #last: Together | undefined;

  constructor(parts: {
    readonly store: MarketStore;
    readonly registry: Registry;
    readonly rooms: Rooms;
    readonly underWay: UnderWay;
    /** Called for each Tell, when it is in the registry. */
    readonly changed: (change: NewTell) => void;
  }) {
    this.#store = parts.store;
    this.#registry = parts.registry;
    this.#rooms = parts.rooms;
    this.#underWay = parts.underWay;
    this.#changed = parts.changed;
  }

  /** Begins to keep a Tell. Settles when it is in memory: it is one promise for all that come there together. */
  tell(arrival: Arrival, now: number): Promise<void> {
    const { told, expiresAt } = arrival;
    const places = this.#store.tellNew(told.row, columnsOf(told.party), expiresAt, now);
    if (this.#last?.places === places) this.#last.tells.push(arrival);
    else {
      const tells = [arrival];
      this.#last = { places, tells, done: this.#keep(places, tells) };
    }
    return this.#last.done;
  }

  async #keep(places: Promise<readonly number[]>, tells: readonly Arrival[]): Promise<void> {
    const over = this.#underWay.begin();
    try {
      // Awaited here, as all verbs are: what they did comes into memory in the order of their commits.
      const placed = placing(tells, await places);
      for (const change of this.#registry.tellNew(placed)) this.#changed(change);
    } finally {
      if (this.#last?.tells === tells) this.#last = undefined;
      for (const { room } of tells) this.#rooms.giveBack(room);
      over();
    }
  }
}

function placing(tells: readonly Arrival[], places: readonly number[]): Placing[] {
  return tells.map(({ told, expiresAt, heard }, index) => {
    return { told, place: places[index] as number, expiresAt, heard };
  });
}
