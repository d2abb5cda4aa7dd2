import { type Lifetime, type SlaTell, type Sliced, Supply } from '../grammar/index.ts';
import { type Ending, Expiry } from './expiry.ts';
import type { TellName, TellRow } from './store.ts';
import type { Told } from './told.ts';

/** A Tell in memory. One that has lapsed stays, and is given to nobody, until it is removed. */
export interface LiveTell {
  readonly row: Omit<TellRow, 'expiresAt'>;
  readonly lifetime: Lifetime | undefined;
  /** What answers Asks of version 0.1. */
  readonly old: readonly SlaTell[];
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** Where it stands in the supply; -1 once it has lapsed or another has taken its name. */
  at: number;
  /** The version of the registry that brought it. */
  readonly since: number;
  /** What tells its text, as it was sent, from others. */
  heard: string | undefined;
  /** When it is to be seen whether it has lapsed: then, or before where it was renewed. */
  ending: Ending<LiveTell> | undefined;
}

/** Tells that one step of lapsing takes out. */
const lapsesAStep = 500;

/**
 * The Tells in memory, ready for Asks: what the store holds. Those of both versions stand in one order, in which they
 * were told.
 */
export class Registry {
  readonly supply = new Supply();
  readonly #byName = new Map<string, LiveTell>();
  /** By their place in the supply. */
  readonly #placed: (LiveTell | undefined)[] = [];
  /** What answers version 0.1, by application; a Map keeps the order in which its keys were set. */
  readonly #old = new Map<string, Map<LiveTell, SlaTell>>();
  readonly #heard = new Map<string, LiveTell>();
  readonly #endings = new Expiry<LiveTell>();
  #version = 0;
  #bytes = 0;

  get size(): number {
    return this.#byName.size;
  }

  /** The characters of all documents together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Another number whenever an answer may be another: not when a Tell is renewed. */
  get version(): number {
    return this.#version;
  }

  find(name: TellName): LiveTell | undefined {
    return this.#byName.get(keyOf(name));
  }

  /** The Tell of a row of the supply, unless another had it at `version` or it has none. */
  since(at: number, version: number): LiveTell | undefined {
    const live = this.#placed[at];
    return live !== undefined && live.since <= version ? live : undefined;
  }

  /** Puts a Tell last, in place of one of its name. */
  put({ row, lifetime, party, old }: Told, place: number, expiresAt: number): LiveTell {
    this.remove(row);
    this.#version += 1;
    const at = this.supply.add(party, place);
    const since = this.#version;
    const live: LiveTell = { row, lifetime, old, expiresAt, at, since, heard: undefined, ending: undefined };
    this.#byName.set(keyOf(row), live);
    this.#bytes += row.document.length;
    this.#placed[at] = live;
    for (const tell of old) {
      const tells = this.#old.get(tell.application) ?? new Map<LiveTell, SlaTell>();
      this.#old.set(tell.application, tells.set(live, tell));
    }
    live.ending = this.#endings.add(expiresAt, live);
    return live;
  }

  /** Says how long a Tell lives now; it keeps its place. */
  renew(live: LiveTell, expiresAt: number): void {
    live.expiresAt = expiresAt;
    if (live.ending === undefined || live.ending.at <= expiresAt) return;
    this.#endings.remove(live.ending);
    live.ending = this.#endings.add(expiresAt, live);
  }

  remove(name: TellName): void {
    const live = this.find(name);
    if (live === undefined) return;
    this.#withdraw(live);
    this.#byName.delete(keyOf(name));
    this.#bytes -= live.row.document.length;
    if (live.heard !== undefined) this.#heard.delete(live.heard);
  }

  /** Remembers what tells a Tell's text, as it was sent last, from others. */
  hear(live: LiveTell, digest: string): void {
    if (live.heard === digest) return;
    if (live.heard !== undefined) this.#heard.delete(live.heard);
    live.heard = digest;
    this.#heard.set(digest, live);
  }

  /** The Tell whose text this was. */
  heard(digest: string): LiveTell | undefined {
    return this.#heard.get(digest);
  }

  /** Whether Tells wait for `lapse`. */
  isDue(now: number): boolean {
    return this.#endings.isDue(now);
  }

  /** Takes what has expired by `now` out of what answers Asks of version 1.0. */
  *lapse(now: number): Sliced<void> {
    for (let taken = 1; ; taken += 1) {
      const live = this.#endings.take(now);
      if (live === undefined) return;
      if (live.expiresAt <= now) this.#withdraw(live);
      else live.ending = this.#endings.add(live.expiresAt, live);
      if (taken % lapsesAStep === 0) yield;
    }
  }

  /** What answers an Ask of version 0.1 at `now`, first told first; replies that are equal are one. */
  matches(application: string, now: number): SlaTell[] {
    const found: SlaTell[] = [];
    const plain = new Set<string>();
    for (const [{ expiresAt }, tell] of this.#old.get(application) ?? []) {
      if (expiresAt <= now) continue;
      const address = plainAddress(tell);
      if (address !== undefined && plain.has(address)) continue;
      if (address !== undefined) plain.add(address);
      found.push(tell);
    }
    return found;
  }

  #withdraw(live: LiveTell): void {
    if (live.at < 0) return;
    this.#version += 1;
    this.supply.remove(live.at);
    this.#placed[live.at] = undefined;
    live.at = -1;
    if (live.ending !== undefined) this.#endings.remove(live.ending);
    live.ending = undefined;
    for (const { application } of live.old) {
      const tells = this.#old.get(application);
      tells?.delete(live);
      if (tells?.size === 0) this.#old.delete(application);
    }
  }
}

function keyOf({ teller, id }: TellName): string {
  return `${teller}\n${id}`;
}

/** The Broker-IP of a Tell that says what each has to, and nothing else: of one application it alone tells them apart. */
function plainAddress({ headers }: SlaTell): string | undefined {
  if (headers.length > 4) return undefined;
  return headers.find(({ name }) => name.toLowerCase() === 'broker-ip')?.value;
}
