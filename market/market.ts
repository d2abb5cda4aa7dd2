import {
  type Document,
  type Document1,
  DocumentReader,
  type SlaAsk,
  type SlaTell,
} from '../grammar/index.ts';
import type { AnyDocument, Line } from '../language-door/receiver.ts';
import {
  type Answering,
  answering,
  declined,
  type Reply,
  tellingReply,
  written,
} from '../language-door/reply.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sender } from '../platform/doors/door.ts';
import { senderName } from '../platform/doors/sender.ts';
import { Refusal } from '../platform/failure.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { Slices } from '../platform/slices.ts';
import type { Store } from '../platform/store/store.ts';
import { failure } from '../protocol/catalogue.ts';
import { becauseReply, foundReplies, unanswerableReply, untoldReply, watchAwayReply } from './answers.ts';
import { AskReader } from './ask-reader.ts';
import type { Found } from './found.ts';
import { MarketLog } from './log.ts';
import { Matchmaker } from './matchmaker.ts';
import { Prices } from './prices/prices.ts';
import { readBack } from './read-back.ts';
import { Registry } from './registry.ts';
import { Replays } from './replays/replays.ts';
import type { MarketSettings } from './settings.ts';
import { MarketStore } from './store.ts';
import { Tellers } from './tellers.ts';
import { Tells } from './tells.ts';
import { TellReader } from './told.ts';
import { type WatchName, WatchStore } from './watches/store.ts';
import { Watches } from './watches/watches.ts';

export interface MarketParts {
  readonly config: MarketSettings;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** How many rows one step of housekeeping takes, so that the event loop stays free. */
const rowsAStep = 1_000;

/**
 * The market: where Tells and Asks meet. Its store is the truth, the registry the same in memory; a command
 * returns after its commit, and sees every command that was begun before it.
 */
export class Market implements Part {
  /** What applications cost, and cost before. */
  readonly prices: Prices;
  readonly #config: MarketSettings;
  readonly #store: MarketStore;
  readonly #events: MarketLog;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #slices: Slices;
  readonly #reader: TellReader;
  readonly #registry = new Registry();
  readonly #tells: Tells;
  readonly #matchmaker: Matchmaker;
  readonly #replays: Replays;
  readonly #watches: Watches;
  readonly #tellers = new Tellers();

  constructor(parts: MarketParts) {
    const { config, clock, log } = parts;
    const slices = new Slices(config['slice-time']);
    const events = new MarketLog(parts.store);
    const registry = this.#registry;
    const documents = new DocumentReader();
    const reader = new TellReader(documents);
    const suggesting = { reader: documents, most: config['suggestions-tried'] };
    this.#reader = reader;
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.#slices = slices;
    this.#events = events;
    this.#store = new MarketStore(parts.store, registry);
    this.#tells = new Tells({
      config,
      clock,
      store: this.#store,
      registry,
      reader,
      changed: (change) => this.#watches.changed(change),
    });
    this.#matchmaker = new Matchmaker({ config, registry, log: events, slices, suggesting });
    this.prices = new Prices({ config, store: parts.store, supply: registry.supply, slices });
    this.#replays = new Replays({ config, log: events, slices, clock });
    this.#watches = new Watches({
      config,
      store: new WatchStore(parts.store),
      log: events,
      registry,
      slices,
      reader,
      asks: new AskReader(documents),
      clock,
      notes: log,
      answer: (watch) => this.#found(watch),
      lapse: () => this.#tells.lapse(clock.now()),
    });
  }

  /** Reads the live Tells back from the store. */
  async start(): Promise<void> {
    await readBack({
      store: this.#store,
      log: this.#events,
      registry: this.#registry,
      slices: this.#slices,
      reader: this.#reader,
    });
    await this.#watches.start();
    this.#log.info('the market is open', { tells: this.#registry.size, cursor: this.#registry.cursor });
  }

  /** Waits for what was begun. */
  async stop(): Promise<void> {
    await this.#tells.settled();
    await this.#watches.stop();
    await this.#replays.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The language door: maps an Action to a command. */
  receive(document: AnyDocument, sender: Sender, text: string, line?: Line): Promise<readonly Reply[]> {
    if (!('envelope' in document)) return this.#receiveOld(document);
    // Most of what comes; each function on its way that waits for the next costs as much as a small part of reading it.
    if (document.action === 'Tell' && document.language === 'SLA') return this.#tell1(document, sender, text);
    return this.#receive1(document, sender, line);
  }

  /** A text that this sender told before is told again without being read; nothing where it is not known. */
  repeat(text: string, sender: Sender): Promise<readonly Reply[]> | undefined {
    const repeated = this.#tells.repeat(text, this.#tellers.nameOf(sender));
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
    await this.#upToDate();
    return this.#slices.run(this.#registry.matches(ask.application));
  }

  /** Housekeeping: forgets what is too old, and lets lapse what has expired. */
  async sweep(now: number): Promise<void> {
    while ((await this.#store.forgetRevoked(now, rowsAStep)) === rowsAStep);
    const keep = { since: now - this.#config['events-kept'], most: this.#config['most-events'] };
    while ((await this.#events.forget(keep, rowsAStep)) === rowsAStep);
    await this.#tells.lapse(now);
    await this.prices.sweep(now);
  }

  /** Waits until all that was begun before is in the registry, and what has expired is out of it. */
  async #upToDate(): Promise<void> {
    await this.#tells.settled();
    await this.#tells.lapse(this.#clock.now());
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

  async #receive1(document: Document1, sender: Sender, line: Line | undefined): Promise<readonly Reply[]> {
    const to = answering(document);
    if (document.language !== 'SLA') {
      return [declined(to, 'not-understood', 'RESOURCE-version; send it to infogather')];
    }
    switch (document.action) {
      case 'Untell': {
        const untold = await this.#tells.untell({
          teller: senderName(sender),
          id: document.envelope.id ?? '',
        });
        return [untoldReply(untold, to)];
      }
      case 'Why':
        if (document.envelope.inReplyTo !== undefined)
          return [await this.#whyWatch({ watcher: senderName(sender), id: document.envelope.inReplyTo }, to)];
        return this.#ask1(document, to);
      case 'Ask':
        return this.#ask1(document, to);
      case 'Watch':
        return this.#overCount(document, to) ?? this.#watches.watch(document, senderName(sender), line);
      case 'Unwatch': {
        const name = { watcher: senderName(sender), id: document.envelope.id ?? '' };
        const isEnded = await this.#watches.unwatch(name, line);
        return [
          isEnded ? written('Ack', to) : declined(to, 'not-found', 'you have no Watch of this Id here'),
        ];
      }
      default:
        return [
          declined(
            to,
            'not-understood',
            `Action ${document.action}; the market takes Tell, Untell, Ask, Why, Watch and Unwatch`,
          ),
        ];
    }
  }

  async #tell1(tell: Document1, sender: Sender, text: string): Promise<readonly Reply[]> {
    const to = answering(tell);
    try {
      return [tellingReply(await this.#tells.tell1(tell, this.#tellers.nameOf(sender), text), to)];
    } catch (error) {
      if (error instanceof Refusal && error.code === 'market-full')
        return [declined(to, 'capacity', error.detail)];
      throw error;
    }
  }

  async #ask1(ask: Document1, to: Answering): Promise<readonly Reply[]> {
    const refused = this.#overCount(ask, to);
    if (refused !== undefined) return refused;
    const { cursor } = ask.envelope;
    if (cursor !== undefined) return this.#replay(ask, cursor, to);
    if (ask.action === 'Why') {
      await this.#upToDate();
      return [becauseReply(await this.#matchmaker.why(ask), to)];
    }
    const found = await this.#found(ask);
    // Where nothing matches, no broker has a Tell that does.
    if (found.matched > 0) this.#watches.asked(ask);
    return foundReplies(found.texts, found, to);
  }

  /** Why a Watch of the sender has the matches that it has. */
  async #whyWatch(name: WatchName, to: Answering): Promise<Reply> {
    await this.#upToDate();
    const standing = this.#watches.find(name);
    if (standing === undefined) return declined(to, 'not-found', 'you have no Watch of this Id here');
    if (standing.ask === undefined) return watchAwayReply(standing, to);
    return becauseReply(await this.#matchmaker.why(standing.ask), to);
  }

  /** What an Ask finds of all that was begun before it. */
  async #found(ask: Document1): Promise<Found & { readonly texts: readonly string[] }> {
    await this.#upToDate();
    const found = await this.#matchmaker.ask(ask);
    return { ...found, texts: await this.#matchmaker.textsOf(found) };
  }

  #overCount({ party }: Document1, to: Answering): readonly Reply[] | undefined {
    const most = this.#config['most-answers'];
    if ((party?.count ?? 1) <= most) return undefined;
    return [declined(to, 'policy', `Count; this market finds at most ${most} slots at once`)];
  }

  /** Answers as the market stood at a cursor. */
  async #replay(ask: Document1, cursor: number, to: Answering): Promise<readonly Reply[]> {
    if (ask.action === 'Why') {
      const report = await this.#replays.why(ask, cursor);
      return ['why' in report ? unanswerableReply(report, to) : becauseReply(report, to)];
    }
    const found = await this.#replays.ask(ask, cursor);
    return 'why' in found ? [unanswerableReply(found, to)] : foundReplies(found.texts, found, to);
  }
}
