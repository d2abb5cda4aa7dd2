import { type Document1, finish, type Price } from '../../grammar/index.ts';
import type { ReasonWord, Reply, Written } from '../../language-door/reply.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Slices } from '../../platform/slices.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { WantedForJob } from '../jobs/agreement.ts';
import type { Countering } from '../strategies/countering.ts';
import { priceIn } from './bill.ts';
import { Declined, declinedBy } from './declined.ts';
import type { Foreseen } from './foreseeing.ts';
import { type Asking, type Made, type OfferMaker, Outpaced, type TellOf } from './making.ts';
import { type DealMoves, moveOf, newId } from './moves.ts';
import { type Found, type NoOffer, offering, type Proposed } from './offering.ts';
import { askAfter, ownAsk } from './own-ask.ts';
import { declines, reasonOf } from './replies.ts';
import type { DealRow } from './rows.ts';
import { namedBy, type SaidOnce, type Sent } from './said-once.ts';
import type { DealShelf } from './shelf.ts';
import { findDeal } from './store.ts';

export interface AsksParts {
  readonly store: Store;
  readonly said: SaidOnce;
  readonly shelf: DealShelf;
  readonly maker: OfferMaker;
  readonly moves: DealMoves;
  readonly countering: Countering;
  readonly slices: Slices;
  readonly clock: Pick<Clock, 'now'>;
  /** How often one Ask may be countered. */
  readonly mostRounds: number;
}

/** What was foreseen, and whether it is not looked for again where others were faster. */
interface Seen {
  readonly foreseen: Foreseen;
  readonly isLast: boolean;
}

/**
 * How often it is foreseen, at most, what an Offer may be made of, while others are faster: of those that foresaw the same each
 * time some dozens have their Offers, so that a thousand at once all have them.
 */
const mostTries = 16;

/** How an Ask is answered that no node lent here matches. */
export type Elsewhere = (ask: Document1) => Promise<readonly Reply[]>;

/** Answers Asks and Counters with Offers and Declines. */
export class Asks {
  readonly #parts: AsksParts;

  constructor(parts: AsksParts) {
    this.#parts = parts;
  }

  /** An Ask: an Offer, a Decline, or what another way of answering finds. Of what may be wrong elsewhere nobody waits. */
  async asked(
    sent: Sent,
    elsewhere: Elsewhere | undefined,
    tellOf: TellOf | undefined,
  ): Promise<readonly Reply[]> {
    const { said, maker } = this.#parts;
    const { document, id, user } = sent;
    const before = await said.before(sent, (sql) => maker.follow(sql));
    if (before !== undefined) return [before];
    const own = ownAsk(document, user.owner);
    if ('word' in own) return [declines(id, own.word, own.text, { isFinal: true })];
    let found = await this.#find(own.ask, user.owner);
    if (found.isUnmatched && elsewhere !== undefined) {
      const replies = await quietly(elsewhere(document));
      const refused = reasonIn(replies);
      if (replies.length > 0 && refused === undefined) return replies;
      if (refused !== undefined && found.isEmpty) found = { ...found, why: refused };
    }
    const asking = {
      ...{ owner: user.owner, to: id, askId: id, ask: own.ask },
      ...{ negotiation: null, rounds: 0, tellOf },
    };
    const made = (sql: Sql, now: number, seen: Seen) => this.#made(sql, asking, seen, now);
    return [await this.#answered(sent, own.ask, found, made)];
  }

  /** A Counter: what it counters is over, and a new Offer or Decline comes in its place. */
  async countered(sent: Sent, tellOf: TellOf | undefined): Promise<Written> {
    const { store, said, maker } = this.#parts;
    const { document, user, id } = sent;
    const before = await said.before(sent, (sql) => maker.follow(sql));
    if (before !== undefined) return before;
    const row = await store.read((sql) => findDeal(sql, user.owner, namedBy(document)));
    if (row === undefined)
      return declines(id, 'not-found', `there is no offer ${namedBy(document)} of yours`);
    const own = askAfter(row, document);
    const counter = (sql: Sql, now: number) => {
      // It may have moved since.
      const current = findDeal(sql, user.owner, namedBy(document));
      if (current === undefined) throw new Declined('not-found', 'it is there no more');
      const rounds = this.#checkCounter(sql, current, now);
      if ('word' in own) throw new Declined(own.word, own.text);
      this.#parts.moves.counter(sql, current, rounds, now);
      const { owner, askId, negotiation } = current;
      return { owner, to: id, askId, ask: own.ask, negotiation, rounds, tellOf };
    };
    if ('word' in own)
      return said.answer(sent, (sql, now) => {
        counter(sql, now);
        throw new Error('a Counter that is refused was taken');
      });
    const price = document.deal?.price;
    const found = await this.#find(own.ask, user.owner, price && this.#proposed(row, price));
    const made = (sql: Sql, now: number, seen: Seen) => this.#made(sql, counter(sql, now), seen, now);
    return this.#answered(sent, own.ask, found, made, row.deal);
  }

  /**
   * Makes the best Offer for an Ask of a user and accepts it, all within a verb of others. Returns the agreement. Throws a
   * Refusal `no-agreement` with the reason.
   */
  agreeIn(sql: Sql, { owner, ask: document, resources }: WantedForJob, now: number): DealRow {
    const { shelf, maker, moves } = this.#parts;
    try {
      const own = ownAsk(document, owner);
      if ('word' in own) throw new Declined(own.word, own.text);
      const askId = document.envelope.id ?? newId('ask');
      const asking = { owner, to: askId, askId, ask: own.ask, negotiation: null, rounds: 0 };
      maker.follow(sql);
      const found = finish(offering(own.ask, owner, shelf, { only: resources && new Set(resources) }));
      const foreseen = finish(maker.foreseeing(own.ask, found, now));
      const { row } = maker.offer(sql, asking, foreseen, now);
      const accepted = moves.accept(sql, row, newId('acc'), 'user', now).row;
      if (accepted.state === 'active') return accepted;
      throw new Declined(
        'capacity',
        'a batch system has to keep room for it first: accept such an Offer by itself',
      );
    } catch (error) {
      const declined = declinedBy(error);
      if (declined === undefined) throw error;
      const next = 'see with ogm plan FILE what would be offered, and change the Ask';
      const why = failure('no-agreement', reasonOf(declined.word, declined.message), next);
      throw new Refusal(why, { cause: error });
    }
  }

  #find(ask: Document1, owner: string, proposed?: Proposed): Promise<Found> {
    return this.#parts.slices.run(offering(ask, owner, this.#parts.shelf, { proposed }));
  }

  #proposed(row: DealRow, price: Price): Proposed {
    return { price, offered: priceIn(row), countering: this.#parts.countering };
  }

  /** How often the Ask was countered with this. Throws Declined where it may not be. */
  #checkCounter(sql: Sql, row: DealRow, now: number): number {
    checkNotLapsed(row, now);
    moveOf(row, 'Counter', 'user');
    const most = this.#parts.mostRounds;
    const rounds = roundsOf(sql, row) + 1;
    if (rounds > most)
      throw new Declined('policy', `this Ask was countered ${most} times already`, { isFinal: true });
    return rounds;
  }

  /**
   * Answers with what a verb makes of what is foreseen. Where others were faster it is foreseen again, as if the deal
   * `instead` held nothing.
   */
  async #answered(
    sent: Sent,
    ask: Document1,
    found: Found,
    made: (sql: Sql, now: number, seen: Seen) => Made,
    instead?: number,
  ): Promise<Written> {
    const { said, maker, slices, clock } = this.#parts;
    for (let tries = 1; ; tries += 1) {
      const foreseen = await slices.run(maker.foreseeing(ask, found, clock.now(), instead));
      try {
        return await said.answer(sent, (sql, now) =>
          made(sql, now, { foreseen, isLast: tries === mostTries }),
        );
      } catch (error) {
        if (!(error instanceof Outpaced)) throw error;
      }
    }
  }

  /** An Offer, or where that cannot be a Decline that may be countered. */
  #made(sql: Sql, asking: Asking, { foreseen, isLast }: Seen, now: number): Made {
    const { maker } = this.#parts;
    try {
      return maker.offer(sql, asking, foreseen, now, isLast);
    } catch (error) {
      // By policy nothing is kept of it, so that nobody fills the store: it throws before anything is begun.
      if (!(error instanceof Declined) || error.word === 'policy') throw error;
      return maker.decline(sql, asking, { word: error.word, text: error.message }, now);
    }
  }
}

/** An Offer whose time is over has lapsed, though nobody has looked yet. */
export function checkNotLapsed({ state, expiresAt }: DealRow, now: number): void {
  if (state === 'open' && expiresAt !== null && expiresAt <= now)
    throw new Declined('too-late', 'the Offer has expired', { state: 'lapsed' });
}

/** How often an Ask was countered. */
function roundsOf(sql: Sql, { negotiation, rounds }: DealRow): number {
  if (negotiation === null) return rounds;
  const text = 'SELECT max(rounds) AS most FROM deals WHERE negotiation = @negotiation';
  return sql.get<{ most: number | null }>(text, { negotiation })?.most ?? rounds;
}

/** None where the way is closed just now: then there is a Decline, and no silence. */
async function quietly(answers: Promise<readonly Reply[]>): Promise<readonly Reply[]> {
  try {
    return await answers;
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

/** Why another way of answering declines an Ask; undefined where it does not. */
function reasonIn([reply]: readonly Reply[]): NoOffer | undefined {
  if (reply === undefined || 'application' in reply) return undefined;
  const at = (wanted: string) => reply.headers.find(({ name }) => name === wanted)?.value;
  if (at('Action') !== 'Decline') return undefined;
  const [word = 'capacity', ...text] = (at('Reason') ?? '').split(' ');
  return { word: word as ReasonWord, text: text.join(' ') };
}
