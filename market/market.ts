import {
  type Document,
  formatAddress,
  printDocument,
  readDocuments,
  type SlaAsk,
  type SlaTell,
} from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import { Refusal } from '../platform/failure.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Store } from '../platform/store/store.ts';
import { failure } from '../protocol/catalogue.ts';
import { Registry } from './registry.ts';
import type { MarketSettings } from './settings.ts';
import { MarketStore, type TellRow } from './store.ts';

export interface MarketParts {
  readonly config: MarketSettings;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** How many rows one step of start and of housekeeping takes, so that the event loop stays free. */
const rowsAStep = 5_000;

/**
 * The market: where Tells and Asks meet. Its store is the truth, the registry the same in memory; a command
 * returns after its commit, and sees every command that was begun before it.
 */
export class Market implements Part {
  readonly #config: MarketSettings;
  readonly #store: MarketStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #registry = new Registry();
  /** Settles when all Tells begun so far are in the registry. */
  #told: Promise<void> = Promise.resolve();
  #telling = 0;
  /** Those of them that the registry does not know yet: they count against the bound. */
  readonly #arriving = new Set<string>();

  constructor(parts: MarketParts) {
    this.#config = parts.config;
    this.#store = new MarketStore(parts.store);
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** Reads the live Tells back from the store. */
  async start(): Promise<void> {
    const now = this.#clock.now();
    for (let after = 0; ; ) {
      const rows = await this.#store.live(now, after, rowsAStep);
      for (const row of rows)
        this.#registry.put({ tell: tellOf(row), brokerIp: row.brokerIp, expiresAt: row.expiresAt });
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.place;
    }
    this.#log.info('the market is open', { tells: this.#registry.size });
  }

  /** Waits for what was begun. */
  async stop(): Promise<void> {
    await this.#told;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The language door: maps an Action to a command. */
  async receive(document: Document): Promise<readonly Document[]> {
    if (document.language !== 'SLA') {
      throw new Refusal(
        failure(
          'wrong-service',
          'the market reads SLA documents; this is a RESOURCE document',
          'send it to infogather',
        ),
      );
    }
    if (document.action === 'Ask') return this.ask(document);
    await this.tell(document);
    return [];
  }

  /** Keeps a Tell for its lifetime; told again it lives anew. */
  tell(tell: SlaTell): Promise<void> {
    const brokerIp = formatAddress(tell.brokerIp);
    const name = `${tell.application}\n${brokerIp}`;
    if (this.#registry.find(tell.application, brokerIp) === undefined) {
      const most = this.#config['most-tells'];
      if (!this.#arriving.has(name) && this.#registry.size + this.#arriving.size >= most) {
        const detail = `the market holds ${most} Tells, and takes no other`;
        return Promise.reject(new Refusal(failure('market-full', detail)));
      }
      this.#arriving.add(name);
    }
    const done = this.#keep(tell, brokerIp, name);
    // Without its result, or each would hold on to all that were before it.
    this.#told = Promise.allSettled([this.#told, done]).then(() => {});
    return done;
  }

  /** The live Tells that match, first told first. */
  async ask(ask: SlaAsk): Promise<readonly SlaTell[]> {
    if (this.#telling > 0) await this.#told;
    return this.#registry.matches(ask, this.#clock.now());
  }

  /** Housekeeping: forgets what has expired. */
  async sweep(now: number): Promise<void> {
    for (;;) {
      const gone = await this.#store.expire(now, rowsAStep);
      for (const { application, brokerIp } of gone) {
        // A Tell that was told again meanwhile is newer than this sweep.
        const live = this.#registry.find(application, brokerIp);
        if (live !== undefined && live.expiresAt <= now) this.#registry.remove(application, brokerIp);
      }
      if (gone.length < rowsAStep) return;
    }
  }

  async #keep(tell: SlaTell, brokerIp: string, name: string): Promise<void> {
    const now = this.#clock.now();
    const expiresAt = now + this.#config['tell-lifetime'];
    this.#telling += 1;
    try {
      const row = { application: tell.application, brokerIp, document: printDocument(tell), expiresAt };
      const told = await this.#store.tell(row, now);
      if (told === 'renewed') this.#registry.renew({ tell, brokerIp, expiresAt });
      else this.#registry.put({ tell, brokerIp, expiresAt });
    } finally {
      this.#arriving.delete(name);
      this.#telling -= 1;
    }
  }
}

/** Reads back what was checked before it was stored. */
function tellOf({ document: text }: TellRow): SlaTell {
  const [reading] = readDocuments(text);
  const document = reading !== undefined && 'document' in reading ? reading.document : undefined;
  if (document?.language === 'SLA' && document.action === 'Tell') return document;
  throw new Error(`the store holds what is no Tell: ${text}`);
}
