import { type Lifetime, type Party, type SlaTell, type Sliced, Supply } from '../grammar/index.ts';
import { ByText } from './by-text.ts';
import { effortOf } from './effort.ts';
import { type Ending, Expiry } from './expiry.ts';
import type { TellName } from './store.ts';
import type { TellRow } from './tell-row.ts';
import type { Told } from './told.ts';

/** A Tell in memory. */
export interface LiveTell {
  readonly row: Omit<TellRow, 'expiresAt'>;
  readonly lifetime: Lifetime | undefined;
  /** What answers Asks of version 0.1. */
  readonly old: readonly SlaTell[];
  /** The cursor with which it was told. */
  readonly place: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** Its row in the supply; -1 once it has ended. */
  at: number;
  /** The mark of its text, as it was sent last; absent where that is the document. */
  heard: string | undefined;
  /** When it is to be seen whether it has lapsed: then, or before where it was renewed. */
  ending: Ending<LiveTell> | undefined;
}

/** A Tell, and where it is to stand in memory. */
export interface Placing {
  readonly told: Told;
  /** The cursor with which it was told. */
  readonly place: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly heard?: string | undefined;
}

/** A Tell was told, perhaps in place of one of its name: an event of the log. */
export interface NewTell {
  readonly cursor: number;
  readonly before: LiveTell | undefined;
  readonly after: LiveTell;
  /** How the new one is matched. */
  readonly party: Party;
}

/** A Tell ended, taken back or lapsed: an event of the log. */
export interface TellEnd {
  readonly cursor: number;
  readonly before: LiveTell;
  readonly after: undefined;
}

export type Change = NewTell | TellEnd;

/** Tells of version 0.1 that one slice puts into an answer. */
const matchesASlice = 1_000;

/**
 * The Tells in memory, ready for Asks: what the store holds at one cursor of its log. Those of both versions stand in
 * one order, in which they were told.
 */
export class Registry {
  readonly supply = new Supply();
  /** By teller, then by Id: a key made of both would cost its text once more for each Tell. */
  readonly #byName = new Map<string, ByText<LiveTell>>();
  /** By their row in the supply. */
  readonly #placed: (LiveTell | undefined)[] = [];
  /** What answers version 0.1, by application; a Map keeps the order in which its keys were set. */
  readonly #old = new Map<string, Map<LiveTell, SlaTell>>();
  readonly #endings = new Expiry<LiveTell>();
  #cursor = 0;
  #size = 0;
  #bytes = 0;

  get size(): number {
    return this.#size;
  }

  /** The characters of all documents together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The last event that is in it. A renewal is none. */
  get cursor(): number {
    return this.#cursor;
  }

  find({ teller, id }: TellName): LiveTell | undefined {
    return this.#byName.get(teller)?.get(id);
  }

  /** The live Tells of one teller, in no order of telling. */
  ofTeller(teller: string): Iterable<LiveTell> {
    return this.#byName.get(teller)?.values() ?? [];
  }

  /** The live Tell in a row of the supply, where it is the one that was told with this cursor. */
  at(row: number, place: number): LiveTell | undefined {
    const live = this.#placed[row];
    return live?.place === place ? live : undefined;
  }

  /** Goes to a cursor between which and its own nothing was told or ended. */
  reach(cursor: number): void {
    this.#cursor = Math.max(this.#cursor, cursor);
  }

  /** What it takes to take a Tell out, in efforts of the store. */
  effortOf(live: LiveTell): number {
    return effortOf(this.supply.shapeOf(live.at).length);
  }

  /** Puts a Tell last, in place of the one of its name, which is `before`. */
  tell(told: Told, place: number, expiresAt: number, before: LiveTell | undefined): NewTell {
    if (before !== undefined) this.#withdraw(before);
    this.#go(place);
    const [after] = this.#putAll([{ told, place, expiresAt }]);
    return { cursor: place, before, after: after as LiveTell, party: told.party };
  }

  /** Puts Tells of other names than all that are there last, each as an event of its own, in the order of their places. */
  tellNew(tells: readonly Placing[]): NewTell[] {
    for (const { place } of tells) this.#go(place);
    return this.#putAll(tells).map((after, at) => {
      const { place, told } = tells[at] as Placing;
      return { cursor: place, before: undefined, after, party: told.party };
    });
  }

  /** Puts Tells where they were, when all are read back. */
  restore(tells: readonly Placing[]): void {
    this.#putAll(tells);
    for (const { place } of tells) this.reach(place);
  }

  /** Takes out a Tell that ended with the event at a cursor. */
  end(live: LiveTell, cursor: number): TellEnd {
    this.#withdraw(live);
    this.#go(cursor);
    return { cursor, before: live, after: undefined };
  }

  /** Says how long a Tell lives now; it keeps its place. */
  renew(live: LiveTell, expiresAt: number): void {
    live.expiresAt = expiresAt;
    if (live.ending === undefined || live.ending.at <= expiresAt) return;
    this.#endings.remove(live.ending);
    live.ending = this.#endings.add(expiresAt, live);
  }

  /** When it is next to be seen whether a Tell has lapsed, in milliseconds since 1970. */
  get nextEnding(): number | undefined {
    return this.#endings.first;
  }

  /**
   * Looks at no more than `most` of the Tells that may have lapsed by `now`, and returns those that have, up to so many
   * that to take them out is an effort of `mostEffort`: each is to be ended, or watched again.
   */
  takeDue(now: number, most: number, mostEffort: number): LiveTell[] {
    const due: LiveTell[] = [];
    let effort = 0;
    for (let seen = 0; seen < most && effort < mostEffort; seen += 1) {
      const live = this.#endings.take(now);
      if (live === undefined) break;
      live.ending = undefined;
      effort += this.effortOf(live);
      if (live.expiresAt <= now) due.push(live);
      else this.watch(live);
    }
    return due;
  }

  /** Sees to it that a Tell is seen to expire. */
  watch(live: LiveTell): void {
    if (live.at >= 0) live.ending ??= this.#endings.add(live.expiresAt, live);
  }

  /** What answers an Ask of version 0.1 as of now, first told first; replies that are equal are one. */
  matches(application: string): Sliced<SlaTell[]> {
    // A copy, for Tells come and go between the slices.
    return distinct([...(this.#old.get(application)?.values() ?? [])]);
  }

  #putAll(tells: readonly Placing[]): LiveTell[] {
    const rows = this.supply.addAll(
      tells.map(({ told }) => told.party),
      tells.map(({ place }) => place),
    );
    return tells.map((tell, index) => this.#put(tell, rows[index] as number));
  }

  #put({ told: { row, lifetime, old }, place, expiresAt, heard }: Placing, at: number): LiveTell {
    const live: LiveTell = {
      row,
      lifetime,
      old,
      place,
      expiresAt,
      at,
      heard,
      ending: undefined,
    };
    const ofTeller = this.#byName.get(row.teller) ?? new ByText<LiveTell>();
    if (ofTeller.size === 0) this.#byName.set(row.teller, ofTeller);
    const others = ofTeller.size;
    ofTeller.set(row.id, live);
    if (ofTeller.size === others)
      throw new Error(`the store holds two Tells of one name: ${row.id}, told by ${row.teller || 'anyone'}`);
    this.#size += 1;
    this.#bytes += row.document.length;
    this.#placed[at] = live;
    for (const tell of old) {
      const tells = this.#old.get(tell.application) ?? new Map<LiveTell, SlaTell>();
      this.#old.set(tell.application, tells.set(live, tell));
    }
    this.watch(live);
    return live;
  }

  #withdraw(live: LiveTell): void {
    if (live.at < 0) throw new Error('a Tell ended twice');
    this.supply.remove(live.at);
    this.#placed[live.at] = undefined;
    live.at = -1;
    const ofTeller = this.#byName.get(live.row.teller);
    ofTeller?.delete(live.row.id);
    if (ofTeller?.size === 0) this.#byName.delete(live.row.teller);
    this.#size -= 1;
    this.#bytes -= live.row.document.length;
    if (live.ending !== undefined) this.#endings.remove(live.ending);
    live.ending = undefined;
    for (const { application } of live.old) {
      const tells = this.#old.get(application);
      tells?.delete(live);
      if (tells?.size === 0) this.#old.delete(application);
    }
  }

  /** Events come in the order of their commits, or memory is not what the store holds. */
  #go(cursor: number): void {
    if (cursor <= this.#cursor) throw new Error(`event ${cursor} came after event ${this.#cursor}`);
    this.#cursor = cursor;
  }
}

function* distinct(tells: readonly SlaTell[]): Sliced<SlaTell[]> {
  const found: SlaTell[] = [];
  const plain = new Set<string>();
  for (const [index, tell] of tells.entries()) {
    if (index % matchesASlice === matchesASlice - 1) yield;
    const address = plainAddress(tell);
    if (address !== undefined && plain.has(address)) continue;
    if (address !== undefined) plain.add(address);
    found.push(tell);
  }
  return found;
}

/** The Broker-IP of a Tell that says what each has to, and nothing else: of one application it alone tells them apart. */
function plainAddress({ headers }: SlaTell): string | undefined {
  if (headers.length > 4) return undefined;
  return headers.find(({ name }) => name.toLowerCase() === 'broker-ip')?.value;
}
