import { hash } from 'node:crypto';
import type { Document1, SlaTell } from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { expiryOf } from './lifetime.ts';
import type { Registry } from './registry.ts';
import type { MarketSettings } from './settings.ts';
import type { Kept, MarketStore, TellName, TellRow, Untold } from './store.ts';
import { type Told, told1, toldAgain, toldOld } from './told.ts';

/** What became of a Tell of version 1.0; `expires` is what its Ack says. */
export type Telling =
  | { readonly became: 'told' | 'renewed'; readonly expires: string }
  | { readonly became: 'stale'; readonly seq: number }
  | { readonly became: 'past' };

/** How long an Untell is remembered, so that its repeat is answered as before. */
const untoldMs = 86_400_000;

/** The commands of who tells. Each returns after its commit, when the registry knows what it did. */
export class Tells {
  readonly #config: MarketSettings;
  readonly #store: MarketStore;
  readonly #registry: Registry;
  readonly #clock: Clock;
  /** Settles when all commands begun so far are in the registry. */
  #settled: Promise<void> = Promise.resolve();
  #underWay = 0;
  /** New Tells that the registry does not know yet: they count against the bound. */
  readonly #arriving = new Set<string>();
  /** Bytes that Tells which arrive will take. */
  #arrivingBytes = 0;

  constructor(parts: {
    readonly config: MarketSettings;
    readonly store: MarketStore;
    readonly registry: Registry;
    readonly clock: Clock;
  }) {
    this.#config = parts.config;
    this.#store = parts.store;
    this.#registry = parts.registry;
    this.#clock = parts.clock;
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
    return this.#tell(told.row, told.lifetime, () => told, digestOf(text, teller));
  }

  /** Tells again what this teller told in the same text, without reading it; nothing where it is not known. */
  repeat(
    text: string,
    teller: string,
  ): { readonly id: string; readonly telling: Promise<Telling> } | undefined {
    const digest = digestOf(text, teller);
    const live = this.#registry.heard(digest);
    if (live === undefined) return undefined;
    const { row, lifetime } = live;
    return { id: row.id, telling: this.#tell(row, lifetime, () => toldAgain(row), digest) };
  }

  /** Takes a Tell of version 1.0 back. */
  untell(name: TellName): Promise<Untold> {
    const now = this.#clock.now();
    return this.#begin(async () => {
      const untold = await this.#store.untell(name, now, now + untoldMs);
      if (untold === 'untold') this.#registry.remove(name);
      return untold;
    });
  }

  async #tell(
    row: Told['row'],
    lifetime: Told['lifetime'],
    read: () => Told,
    digest?: string,
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
        const outcome = await this.#store.tell({ ...row, expiresAt }, now);
        if (outcome.became === 'stale') return outcome;
        this.#keep(outcome, expiresAt, read, row, digest);
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

  #keep({ became, place }: Kept, expiresAt: number, read: () => Told, row: TellName, digest?: string): void {
    let live = this.#registry.find(row);
    if (became === 'renewed' && live !== undefined && live.at >= 0) this.#registry.renew(live, expiresAt);
    else live = this.#registry.put(read(), place, expiresAt);
    if (digest !== undefined) this.#registry.hear(live, digest);
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

/** What tells a teller's text from others. */
function digestOf(text: string, teller: string): string {
  return hash('sha256', `${teller}\n${text}`, 'base64');
}
