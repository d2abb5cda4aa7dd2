import {
  chooseOffer,
  dealDocument,
  type OfferBid,
  type OfferingBroker,
  refusalBy,
} from '../../client/index.ts';
import { type Document1, type Header, rowOf } from '../../grammar/index.ts';
import type { AnyDocument } from '../sla/readings.ts';

/** What a broker says beforehand of an Ask. */
export type Foretold = { readonly broker: string } & (
  | { readonly outcome: 'best' | 'offer' | 'unfit'; readonly terms: Document1; readonly why: string }
  | { readonly outcome: 'declined' | 'late' | 'failed' | 'unknown'; readonly why: string }
);

/** An answer of a broker to a Why, or why there is none. */
export type Answer<Broker extends OfferingBroker> = { readonly broker: Broker } & (
  | { readonly answers: readonly AnyDocument[] }
  | { readonly outcome: 'late' | 'failed'; readonly why: string }
);

/**
 * Who would offer, in the order in which a user would take their Offers, then who would not, and why; last those that match
 * and are not known here.
 */
export function planOf<Broker extends OfferingBroker>(
  ask: Document1,
  answers: readonly Answer<Broker>[],
  tells: readonly Document1[],
  unknown: readonly string[],
): Foretold[] {
  const bids: OfferBid<Broker>[] = [];
  const others: Foretold[] = [];
  for (const answer of answers) {
    const read = 'answers' in answer ? readOf(ask, answer.answers) : answer;
    if ('offer' in read) bids.push({ broker: answer.broker, outcome: 'offer', offer: read.offer, id: would });
    else others.push({ broker: answer.broker.name, outcome: read.outcome, why: read.why });
  }
  const { best, others: worse, unfit } = chooseOffer(ask, bids, tells);
  const said = (
    outcome: 'best' | 'offer' | 'unfit',
    { broker, offer }: OfferBid<Broker>,
    why = '',
  ): Foretold => ({
    ...{ broker: broker.name, outcome, terms: offer, why },
  });
  return [
    ...(best === undefined ? [] : [said('best', best)]),
    ...worse.map(([bid]) => said('offer', bid)),
    ...unfit.map(([bid, fault]) => said('unfit', bid, `what it would offer ${fault}`)),
    ...others,
    ...unknown.map((broker): Foretold => {
      return { broker, outcome: 'unknown', why: 'matches too, and is not in client.brokers' };
    }),
  ];
}

/** The Id of an Offer that is none yet. */
const would = 'would-be';

type Read = { readonly offer: Document1 } | { readonly outcome: 'declined' | 'failed'; readonly why: string };

function readOf(ask: Document1, [answer]: readonly AnyDocument[]): Read {
  if (answer === undefined) return { outcome: 'declined', why: 'it answers with nothing' };
  if (answer.action === 'Decline') {
    const why = refusalBy(answer).detail.replace(/^declined: /, '');
    return { outcome: 'declined', why };
  }
  if (!('envelope' in answer) || answer.action !== 'Because')
    return { outcome: 'declined', why: `it says nothing beforehand, and answers with ${answer.action}` };
  const reason = answer.headers.find(({ name }) => name === 'Reason')?.value;
  if (reason !== undefined) return { outcome: 'declined', why: reason };
  const about = { name: 'In-reply-to', value: ask.envelope.id ?? '' };
  try {
    return { offer: dealDocument('Offer', would, [about, ...answer.headers.filter(isTerm)]) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { outcome: 'failed', why: `what it would offer is no Offer: ${error.message}` };
  }
}

/** What of a Because is said of the deal, and not of how it was found. */
function isTerm({ name }: Header): boolean {
  return rowOf(name)?.kind !== 'envelope';
}
