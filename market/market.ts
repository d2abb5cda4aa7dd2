import type { Document, Document1, SlaAsk, SlaTell } from '../grammar/index.ts';
import type { AnyDocument } from '../language-door/receiver.ts';
import { type Answering, declined, type Reply } from '../language-door/reply.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sender } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Store } from '../platform/store/store.ts';
import { failure } from '../protocol/catalogue.ts';
import { answering, becauseReply, foundReplies, tellingReply, untoldReply } from './answers.ts';
import { Matchmaker } from './matchmaker.ts';
import { Registry } from './registry.ts';
import type { MarketSettings } from './settings.ts';
import { MarketStore } from './store.ts';
import { Tells } from './tells.ts';
import { toldAgain } from './told.ts';

export interface MarketParts {
  readonly config: MarketSettings;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** How many rows one step of start and of housekeeping takes, so that the event loop stays free. */
const rowsAStep = 1_000;

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
  readonly #tells: Tells;
  readonly #matchmaker: Matchmaker;

  constructor(parts: MarketParts) {
    const { config, clock, log } = parts;
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.#store = new MarketStore(parts.store);
    this.#tells = new Tells({ config, clock, store: this.#store, registry: this.#registry });
    this.#matchmaker = new Matchmaker(config, this.#registry);
  }

  /** Reads the live Tells back from the store. */
  async start(): Promise<void> {
    const now = this.#clock.now();
    for (let after = 0; ; ) {
      const rows = await this.#store.live(now, after, rowsAStep);
      for (const row of rows) this.#registry.put(toldAgain(row), row.place, row.expiresAt);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.place;
    }
    this.#log.info('the market is open', { tells: this.#registry.size });
  }

  /** Waits for what was begun. */
  async stop(): Promise<void> {
    await this.#tells.settled();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The language door: maps an Action to a command. */
  async receive(document: AnyDocument, sender: Sender, text: string): Promise<readonly Reply[]> {
    return 'envelope' in document ? this.#receive1(document, sender, text) : this.#receiveOld(document);
  }

  /** A text that this sender told before is told again without being read; nothing where it is not known. */
  repeat(text: string, sender: Sender): Promise<readonly Reply[]> | undefined {
    const repeated = this.#tells.repeat(text, tellerOf(sender));
    if (repeated === undefined) return undefined;
    const to: Answering = { language: 'SLA', id: repeated.id };
    return repeated.telling.then((telling) => [tellingReply(telling, to)]);
  }

  /** Keeps a Tell of version 0.1 for its lifetime; told again it lives anew. */
  tell(tell: SlaTell): Promise<void> {
    return this.#tells.tell(tell);
  }

  /** The live Tells that match an Ask of version 0.1, first told first. */
  async ask(ask: SlaAsk): Promise<readonly SlaTell[]> {
    await this.#tells.settled();
    return this.#registry.matches(ask.application, this.#clock.now());
  }

  /** Housekeeping: forgets what has expired. */
  async sweep(now: number): Promise<void> {
    for (;;) {
      const gone = await this.#store.expire(now, rowsAStep);
      for (const name of gone) {
        // A Tell that was told again meanwhile is newer than this sweep.
        const live = this.#registry.find(name);
        if (live !== undefined && live.expiresAt <= now) this.#registry.remove(name);
      }
      if (gone.length < rowsAStep) break;
    }
    while ((await this.#store.forgetUntold(now, rowsAStep)) === rowsAStep);
  }

  async #receiveOld(document: Document): Promise<readonly Reply[]> {
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

  async #receive1(document: Document1, sender: Sender, text: string): Promise<readonly Reply[]> {
    const to = answering(document);
    if (document.language !== 'SLA') {
      return [declined(to, 'not-understood', 'RESOURCE-version; send it to infogather')];
    }
    switch (document.action) {
      case 'Tell':
        return [await this.#tell1(document, sender, text, to)];
      case 'Untell': {
        const untold = await this.#tells.untell({ teller: tellerOf(sender), id: document.envelope.id ?? '' });
        return [untoldReply(untold, to)];
      }
      case 'Ask':
      case 'Why':
        return this.#ask1(document, to);
      default:
        return [
          declined(
            to,
            'not-understood',
            `Action ${document.action}; the market takes Tell, Untell, Ask and Why`,
          ),
        ];
    }
  }

  async #tell1(tell: Document1, sender: Sender, text: string, to: Answering): Promise<Reply> {
    try {
      return tellingReply(await this.#tells.tell1(tell, tellerOf(sender), text), to);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'market-full')
        return declined(to, 'capacity', error.detail);
      throw error;
    }
  }

  async #ask1(ask: Document1, to: Answering): Promise<readonly Reply[]> {
    const most = this.#config['most-answers'];
    if ((ask.party?.count ?? 1) > most) {
      return [declined(to, 'policy', `Count; this market finds at most ${most} slots at once`)];
    }
    await this.#tells.settled();
    const now = this.#clock.now();
    if (ask.action === 'Ask') return foundReplies(await this.#matchmaker.ask(ask, now), to);
    return [becauseReply(await this.#matchmaker.why(ask, now), to)];
  }
}

/** Who tells, as far as the system knows. */
function tellerOf({ uid }: Sender): string {
  return `user ${uid}`;
}
