import { type Document1, namedDeal, sha256 } from '../../grammar/index.ts';
import type { Line } from '../../language-door/receiver.ts';
import { answering, declined, type Reply, type Written, written } from '../../language-door/reply.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { Slices } from '../../platform/slices.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import type { BillView, DealPage, DealView } from '../../protocol/deals/deal.ts';
import type { Bank } from '../accounts/bank.ts';
import type { UserCaller } from '../caller.ts';
import type { WantedForJob } from '../jobs/agreement.ts';
import type { Strategies } from '../strategies/strategies.ts';
import { amendmentView } from './amendment-rows.ts';
import { Amendments } from './amendments.ts';
import { Asks, type Elsewhere } from './asking.ts';
import { billViewOf } from './bill.ts';
import { chargesDue } from './charges-told.ts';
import { costOfRunning, type DealVerbs } from './charging.ts';
import type { DealEventSettings } from './event-settings.ts';
import { DealLog } from './events.ts';
import { Expiry } from './expiry.ts';
import { foretold } from './foretold.ts';
import { dealPageOf, forgetDeals, type Listed } from './listing.ts';
import { OfferMaker, type TellOf } from './making.ts';
import { DealMoves, newId } from './moves.ts';
import { ownAsk } from './own-ask.ts';
import type { DealCapacity, WorkUnder } from './parts.ts';
import { lacking, seenAgreement, seenDeal, standing, whyStanding } from './reading.ts';
import { refitOn } from './refit.ts';
import { declines } from './replies.ts';
import { Reserving } from './reserving.ts';
import type { DealRow } from './rows.ts';
import { type Outcome, SaidOnce, type Sent } from './said-once.ts';
import type { DealSettings } from './settings.ts';
import { DealShelf, type DealShelfParts } from './shelf.ts';
import { findDeal } from './store.ts';
import { type TakingParts, taken } from './taking.ts';
import { dealViewOf } from './views.ts';
import { DealWatches } from './watch.ts';

export interface DealsParts extends Omit<DealShelfParts, 'pricing' | 'runs'> {
  readonly config: DealSettings &
    DealEventSettings & { readonly 'slice-time': number; readonly 'amend-lifetime': number };
  readonly store: Store;
  readonly bank: Bank;
  readonly strategies: Strategies;
  readonly capacity: DealCapacity;
  readonly work: WorkUnder;
  /** Has an agent told what the back end behind it is to keep. */
  readonly tellBackEnd: (agent: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** What else there is to answer a document with. */
interface Ways {
  readonly elsewhere?: Elsewhere | undefined;
  /** The Id of the Tell of a node, by the name of its agent; undefined where it is not told. */
  readonly tellOf?: TellOf | undefined;
  /** The connection that the document came by. */
  readonly line?: Line | undefined;
}

/**
 * Deals of users with this broker, from the Ask to the Bill. Each document of a user is answered once for its Id, whenever
 * it is said; each move is one verb of the store, with all that goes with it.
 */
export class Deals implements Part, DealVerbs {
  /** What happens to deals. */
  readonly log: DealLog;
  readonly moves: DealMoves;
  /** What batch systems keep for agreements. */
  readonly reserving: Reserving;
  readonly #parts: DealsParts;
  readonly #shelf: DealShelf;
  readonly #maker: OfferMaker;
  readonly #slices: Slices;
  readonly #said: SaidOnce;
  readonly #asks: Asks;
  readonly #taking: TakingParts;
  readonly #watches: DealWatches;
  readonly #expiry: Expiry;

  constructor(parts: DealsParts) {
    const { config, store, bank, capacity, work, strategies, nodes, mayUse, shareOf, clock, log } = parts;
    this.#parts = parts;
    this.#slices = new Slices(config['slice-time']);
    this.log = new DealLog({ store, config, clock });
    this.#watches = new DealWatches({ config, deals: this.log, clock, log });
    const runs = (currency: string) => bank.runs(currency);
    this.#shelf = new DealShelf({ nodes, mayUse, shareOf, pricing: strategies.pricing, runs });
    this.#maker = new OfferMaker({ config, capacity, serving: strategies.serving });
    const amendments = new Amendments({
      ...{ config, bank, amending: strategies.amending, newId },
      mayYetCost: costOfRunning,
      work,
      refit: refitOn(capacity),
    });
    const lapseAmend = (sql: Sql, row: DealRow, now: number, why = 'the agreement ends') =>
      amendments.lapseOf(sql, row, now, why);
    this.moves = new DealMoves({ bank, capacity, work, lapseAmend });
    const done = (outcome: Outcome) => this.#done(outcome);
    this.#said = new SaidOnce({ store, mostEach: config['deal-documents-each'], done, clock });
    this.#asks = new Asks({
      ...{ store, said: this.#said, shelf: this.#shelf, maker: this.#maker, moves: this.moves },
      ...{
        countering: strategies.countering,
        slices: this.#slices,
        clock,
        mostRounds: config['counter-rounds'],
      },
    });
    this.#taking = {
      ...{ moves: this.moves, amendments },
      changed: (agreement) => work.changed(agreement),
      due: (at) => this.#expiry.look(at),
    };
    this.reserving = new Reserving({
      ...{ store, moves: this.moves, tellBackEnd: parts.tellBackEnd, clock, log },
      done: (rows) => {
        for (const row of rows) this.#done({ row, after: [() => work.changed(row.agreement ?? '')] });
      },
    });
    this.#expiry = new Expiry({
      lapse: (sql, row, now) => ({ row: this.moves.lapse(sql, row, now) }),
      lapseAmend: (sql, row, now) => ({ row: lapseAmend(sql, row, now, 'its time is over') }),
      runOut: (sql, row, now) => this.moves.end(sql, row, { verb: 'until', by: 'itself' }, now),
      told: (owners) => this.log.told(owners),
      ...{ store, clock, log },
    });
  }

  /** Takes up what was under way: an agreement that was ending may have nothing left that runs. */
  async start(): Promise<void> {
    const { store, clock } = this.#parts;
    await store.write((sql) => {
      const ending = sql.all<{ id: string }>(
        `SELECT agreement AS id FROM deals INDEXED BY deals_under_way
         WHERE state IN ('accepting', 'ending') AND state = 'ending'`,
      );
      for (const { id } of ending) this.settleIn(sql, id, clock.now());
    });
    await this.reserving.start();
    await this.#expiry.start();
  }

  async stop(): Promise<void> {
    this.log.stop();
    this.#watches.stop();
    await this.reserving.stop();
    await this.#expiry.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Housekeeping: forgets what ended long ago, and old events. */
  async sweep(now: number): Promise<void> {
    const { store, config } = this.#parts;
    const before = {
      offersBefore: now - config['offers-kept'],
      agreementsBefore: now - config['agreements-kept'],
    };
    while (await store.write((sql) => forgetDeals(sql, before)));
    await this.log.sweep(now);
  }

  /** Answers a document of a user; of somebody without an account by a Decline. */
  async receive(
    document: Document1,
    user: UserCaller | undefined,
    { elsewhere, tellOf, line }: Ways = {},
  ): Promise<readonly Reply[]> {
    const { action, envelope, headers } = document;
    const { id } = envelope;
    if (user === undefined)
      return [declines(id, 'policy', 'this broker deals with those who have an account', { isFinal: true })];
    if (id === undefined) {
      const text = `Id; an ${action} to a broker needs one, such as ask-19`;
      return [declines(id, 'invalid', text)];
    }
    const lacks = lacking(document, user);
    if (lacks !== undefined) {
      const text = `this wants a token with the scope ${lacks}, and yours has ${[...user.scopes].join(', ')}`;
      return [declines(id, 'policy', text, { isFinal: true })];
    }
    const sent = { document, id, user, digest: sha256(document.text) };
    switch (action) {
      case 'Watch':
        return this.#watches.watch(document, user, line);
      case 'Unwatch':
        return [this.#unwatch(document, user, line)];
      case 'Why':
        return [await this.#why(sent)];
      case 'Report':
      case 'Bill':
        return [await this.#parts.store.read((sql) => standing(sql, sent))];
      case 'Ask':
        if (headers.some(({ name }) => name === 'Cursor'))
          return [declines(id, 'not-understood', 'Cursor; a broker answers as of now')];
        return this.#asks.asked(sent, elsewhere, tellOf);
      case 'Counter':
        return [await this.#asks.countered(sent, tellOf)];
      case 'Accept':
      case 'Reject':
      case 'Cancel':
      case 'Amend':
      case 'Terminate':
      case 'Complete':
        return [await this.#said.answer(sent, (sql, now) => taken(sql, sent, this.#taking, now))];
      default:
        return [
          declines(id, 'not-understood', `Action ${action}; this broker takes Ask, and what follows it`),
        ];
    }
  }

  /** Deals, the newest first. */
  async list({ limit, ...listed }: Listed & { readonly limit?: number | undefined }): Promise<DealPage> {
    const page = this.#parts.config['deals-a-page'];
    const most = Math.min(limit ?? page, page);
    return this.#parts.store.read((sql) => dealPageOf(sql, listed, most));
  }

  /** One by the Id of its Offer or Agreement. Throws a Refusal `not-found`, also where it is another's. */
  get(user: UserCaller, id: string): Promise<DealView> {
    return this.#parts.store.read((sql) => {
      const row = seenDeal(sql, user, id);
      return dealViewOf(row, amendmentView(sql, row.deal));
    });
  }

  /** What is owed under an agreement. Throws a Refusal `not-found`. */
  async bill(user: UserCaller, id: string): Promise<BillView> {
    const row = await this.#parts.store.read((sql) => seenAgreement(sql, user, id));
    return billViewOf(row, this.#parts.clock.now());
  }

  settleIn(sql: Sql, agreement: string, now: number): void {
    const row = findDeal(sql, undefined, agreement);
    if (row !== undefined) this.moves.settle(sql, row, now);
  }

  completeIn(sql: Sql, agreement: string, now: number): void {
    const row = findDeal(sql, undefined, agreement);
    if (row?.state === 'active') this.moves.end(sql, row, { verb: 'Complete', by: 'user' }, now);
  }

  agreeIn(sql: Sql, wanted: WantedForJob, now: number): string {
    return this.#asks.agreeIn(sql, wanted, now).agreement ?? '';
  }

  told(agreements: readonly string[]): void {
    void this.#parts.store
      .read((sql) => {
        const rows = agreements.flatMap((id) => findDeal(sql, undefined, id) ?? []);
        return { rows, due: chargesDue(sql) };
      })
      .then(
        ({ rows, due }) => {
          for (const row of rows) this.#done({ row });
          this.#expiry.look(due);
        },
        (error: unknown) => this.#parts.log.error('who follows deals was not told', { error }),
      );
  }

  /** What was made of a document is on disk. */
  #done({ row, after = [] }: Pick<Outcome, 'row' | 'after'>): void {
    for (const step of after) step();
    this.log.told([row.owner]);
    this.#expiry.look(row.state === 'open' ? row.expiresAt : row.state === 'active' ? row.untilAt : null);
  }

  #unwatch(document: Document1, { owner }: UserCaller, line: Line | undefined): Written {
    const to = answering(document);
    if (this.#watches.unwatch(to.id ?? '', owner, line)) return written('Ack', to);
    return declined(to, 'not-found', 'there is no such Watch of yours');
  }

  /** Why a deal stands as it does; of an Ask what would be offered, without anything being held. */
  async #why(sent: Sent): Promise<Written> {
    const { document, id, user } = sent;
    const named = namedDeal(document);
    if (named !== undefined)
      return this.#parts.store.read((sql) => whyStanding(sql, sent, named, this.#parts.clock.now()));
    const own = ownAsk(document, user.owner);
    if ('word' in own) return declines(id, own.word, own.text);
    const asking = {
      ...{ owner: user.owner, to: id, askId: id, ask: own.ask },
      ...{ negotiation: null, rounds: 0 },
    };
    const parts = { ...this.#parts, shelf: this.#shelf, maker: this.#maker, slices: this.#slices };
    return foretold(asking, parts, this.#parts.clock.now());
  }
}
