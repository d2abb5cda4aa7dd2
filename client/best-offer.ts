import {
  type Behind,
  behindBy,
  bestFirst,
  type Document1,
  document1Of,
  faultOf,
  type Header,
  partyOf,
} from '../grammar/index.ts';
import { type AnyDocument, refusalBy } from './documents.ts';
import type { CallOptions } from './http.ts';

/** A broker that is asked for an Offer. */
export interface OfferingBroker {
  /** How people know it, such as its address. */
  readonly name: string;
  /** Sends a document, and resolves with those that answer it, a Decline among them. */
  send(document: Document1, options: CallOptions): Promise<readonly AnyDocument[]>;
}

/** What became of an Ask at one broker. */
export type Bid<Broker extends OfferingBroker = OfferingBroker> = { readonly broker: Broker } & (
  | { readonly outcome: 'offer'; readonly offer: Document1; readonly id: string }
  /** It said no, or what is no Offer. */
  | { readonly outcome: 'declined'; readonly why: string }
  /** It has not answered in time, or was not asked any more. */
  | { readonly outcome: 'late'; readonly why: string }
  /** It was not reached, or refused to listen. */
  | { readonly outcome: 'failed'; readonly why: string }
);

export type OfferBid<Broker extends OfferingBroker = OfferingBroker> = Extract<
  Bid<Broker>,
  { readonly outcome: 'offer' }
>;

/** An Offer that may be open yet: by its Id, or unknown where the broker has not answered. */
export interface LeftOpen {
  readonly broker: string;
  readonly offer: string | undefined;
  readonly why: string;
}

/** The answers to an Ask, in the order in which a user would take them. */
export interface Choice<Broker extends OfferingBroker = OfferingBroker> {
  readonly best: OfferBid<Broker> | undefined;
  /** Offers that answer the Ask as well, the better ones first, and what puts each behind the best. */
  readonly others: readonly (readonly [bid: OfferBid<Broker>, behind: Behind])[];
  /** Offers that do not, and what is wrong with each. */
  readonly unfit: readonly (readonly [bid: OfferBid<Broker>, fault: string])[];
}

/**
 * Chooses among Offers that answer an Ask: the Ask's Rank (and Prefer), then the lowest Estimate, then the name of the
 * broker, then the Offer's Id. `tells` are those that matched at the market: a Rank may look at what an Offer leaves to
 * its Tell.
 */
export function chooseOffer<Broker extends OfferingBroker>(
  ask: Document1,
  bids: readonly OfferBid<Broker>[],
  tells: readonly Document1[] = [],
): Choice<Broker> {
  const party = partyOf(ask);
  const told = new Map(
    tells.flatMap((tell) => (tell.envelope.id === undefined ? [] : [[tell.envelope.id, tell]])),
  );
  const unfit: [OfferBid<Broker>, string][] = [];
  const fit: OfferBid<Broker>[] = [];
  for (const bid of bids.toSorted(byName)) {
    const isOfThis = bid.offer.envelope.inReplyTo === ask.envelope.id;
    const fault = isOfThis ? faultOf(party, bid.offer) : 'answers another Ask';
    if (fault === undefined) fit.push(bid);
    else unfit.push([bid, fault]);
  }
  const offered = fit.map(({ offer }) => ({ offer, tell: told.get(offer.deal?.tell ?? '') }));
  const [best, ...others] = bestFirst(party, offered);
  if (best === undefined) return { best: undefined, others: [], unfit };
  const behind = others.map((place) => {
    return [fit[place]!, behindBy(party, offered[best]!, offered[place]!)] as const;
  });
  return { best: fit[best], others: behind, unfit };
}

function byName(a: OfferBid, b: OfferBid): number {
  const [one, other] = [`${a.broker.name}\n${a.id}`, `${b.broker.name}\n${b.id}`];
  return one === other ? 0 : one < other ? -1 : 1;
}

export interface RoundLimits {
  /** How many brokers are spoken to at the same time (a count). */
  readonly atOnce: number;
  /** Aborted when nobody waits for an Offer any more. */
  readonly patience: () => AbortSignal;
  /** Aborted when nobody waits any more for what comes late, or for a Reject to be taken. */
  readonly grace: () => AbortSignal;
}

/**
 * One Ask put to several brokers. Each Offer that comes holds something of a broker's, so each is rejected that is not
 * kept, also one that comes after the choice; whoever asks settles the round, however it ends.
 */
export class OfferRound<Broker extends OfferingBroker> {
  readonly #ask: Document1;
  readonly #brokers: readonly Broker[];
  readonly #limits: RoundLimits;
  readonly #newId: () => string;
  readonly #bids = new Map<Broker, Bid<Broker>>();
  readonly #asked = new Map<Broker, Promise<void>>();
  /** Offers that were not kept, each with how it ended; undefined where it is gone. */
  readonly #rejections: Promise<LeftOpen | undefined>[] = [];
  readonly #rejected = new Set<Bid<Broker>>();
  readonly #end = new AbortController();
  #isOver = false;

  /**
   * @param ask with an Id that no broker has seen: an Ask that comes again is answered by the Offer of before
   * @param newId makes the Ids of documents
   */
  constructor(ask: Document1, brokers: readonly Broker[], limits: RoundLimits, newId: () => string) {
    this.#ask = ask;
    this.#brokers = brokers;
    this.#limits = limits;
    this.#newId = newId;
  }

  /** Asks all, and resolves with what became of each once all have answered or patience is over. Throws what `signal` says. */
  async collect(signal: AbortSignal): Promise<readonly Bid<Broker>[]> {
    const over = AbortSignal.any([signal, this.#limits.patience()]);
    const waiting = [...this.#brokers];
    const work = async () => {
      for (let broker = waiting.shift(); broker !== undefined && !over.aborted; broker = waiting.shift()) {
        const asked = this.#askOne(broker);
        this.#asked.set(broker, asked);
        await asked;
      }
    };
    const workers = Array.from({ length: Math.max(1, this.#limits.atOnce) }, work);
    await Promise.race([Promise.all(workers), abortOf(over)]);
    this.#isOver = true;
    signal.throwIfAborted();
    return this.#brokers.map((broker) => this.#bids.get(broker) ?? this.#late(broker));
  }

  /**
   * Rejects all Offers but the one that is kept, those that come late too, and resolves with those that may be open
   * after all: they end by themselves when they expire.
   */
  async settle(kept?: Pick<OfferBid, 'id' | 'broker'>): Promise<readonly LeftOpen[]> {
    this.#isOver = true;
    const grace = this.#limits.grace();
    for (const bid of this.#bids.values())
      if (bid.outcome === 'offer' && !(bid.broker === kept?.broker && bid.id === kept.id)) this.#reject(bid);
    await Promise.race([
      Promise.all(this.#asked.values()).then(() => Promise.all(this.#rejections)),
      abortOf(grace),
    ]);
    const silent = [...this.#asked.keys()].filter((broker) => !this.#bids.has(broker));
    this.#end.abort(); // whoever has not answered by now is not waited for
    await Promise.all(this.#asked.values());
    const left = (await Promise.all(this.#rejections)).filter((one) => one !== undefined);
    const unknown = silent.map(({ name }) => ({
      broker: name,
      offer: undefined,
      why: 'it has not answered',
    }));
    return [...left, ...unknown];
  }

  /** Never throws. */
  async #askOne(broker: Broker): Promise<void> {
    const bid = await this.#bidOf(broker);
    if (bid === undefined) return;
    this.#bids.set(broker, bid);
    if (this.#isOver && bid.outcome === 'offer') this.#reject(bid);
  }

  async #bidOf(broker: Broker): Promise<Bid<Broker> | undefined> {
    try {
      const answers = await this.#send(broker, this.#ask);
      return bidIn(broker, answers);
    } catch (error) {
      if (this.#end.signal.aborted) return undefined;
      return { broker, outcome: 'failed', why: messageOf(error) };
    }
  }

  #late(broker: Broker): Bid<Broker> {
    const why = this.#asked.has(broker) ? 'no answer in time' : 'not asked, for the time was over';
    return { broker, outcome: 'late', why };
  }

  #reject(bid: OfferBid<Broker>): void {
    if (this.#rejected.has(bid)) return;
    this.#rejected.add(bid);
    this.#rejections.push(this.#rejection(bid));
  }

  /** Never throws. */
  async #rejection({ broker, id }: OfferBid<Broker>): Promise<LeftOpen | undefined> {
    const left = { broker: broker.name, offer: id };
    const reject = dealDocument('Reject', this.#newId(), [{ name: 'Offer', value: id }]);
    try {
      const [answer] = await this.#send(broker, reject);
      const isGone = answer?.action !== 'Decline' || gone.has(refusalBy(answer).word);
      return isGone ? undefined : { ...left, why: reasonIn(answer) };
    } catch (error) {
      return { ...left, why: this.#end.signal.aborted ? 'it has not answered' : messageOf(error) };
    }
  }

  /** Also ends where a broker does not heed that it is called off. */
  async #send(broker: Broker, document: Document1): Promise<readonly AnyDocument[]> {
    const { signal } = this.#end;
    const answered = broker.send(document, { signal });
    return Promise.race([answered, abortOf(signal).then(() => Promise.reject(signal.reason))]);
  }
}

/** A document of a deal, of a user. */
export function dealDocument(action: string, id: string, more: readonly Header[]): Document1 {
  const head = { 'SLA-version': '1.0', Action: action, Id: id };
  return document1Of([...Object.entries(head).map(([name, value]) => ({ name, value })), ...more]);
}

function bidIn<Broker extends OfferingBroker>(broker: Broker, answers: readonly AnyDocument[]): Bid<Broker> {
  const [answer] = answers;
  if (answer === undefined) return { broker, outcome: 'declined', why: 'it answers with nothing' };
  if (answer.action === 'Decline') return { broker, outcome: 'declined', why: reasonIn(answer) };
  if (!('envelope' in answer) || answer.action !== 'Offer') {
    const why =
      answer.action === 'Tell'
        ? 'it makes no Offer, and names a Host: ogm run'
        : `it answers with ${answer.action}`;
    return { broker, outcome: 'declined', why };
  }
  return { broker, outcome: 'offer', offer: answer, id: answer.envelope.id ?? '' };
}

/** Words of a Decline that say that an Offer is open no more: it has ended otherwise. */
const gone: ReadonlySet<string | undefined> = new Set(['too-late', 'not-found']);

function reasonIn(decline: AnyDocument): string {
  return refusalBy(decline).detail.replace(/^declined: /, '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Resolves once the signal is aborted. */
function abortOf(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
