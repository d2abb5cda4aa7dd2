import { partyOf } from '../answering/party.ts';
import type { Document1 } from '../documents/document.ts';
import type { Party } from '../documents/model.ts';
import { printAmount } from '../matching/estimate.ts';
import { finish, Matcher, Supply } from '../matching/index.ts';
import { asTell, brokenIn, unanswered } from './answers.ts';
import { estimateOf } from './cost.ts';

/** An Offer, and the Tell that it is of, where that is known. */
export interface Offered {
  readonly offer: Document1;
  readonly tell?: Document1 | undefined;
}

type Terms = Pick<Document1, 'headers'>;

/**
 * What is wrong with an Offer as an answer to an Ask, in a few words; undefined where nothing is. Who offers is a
 * stranger: what the Offer says is put to every clause of the Ask, and its Estimate to the Budgets.
 */
export function faultOf(ask: Party, offer: Document1): string | undefined {
  const { action, deal } = offer;
  if (action !== 'Offer' || deal === undefined) return `is no Offer, but of Action ${action}`;
  try {
    const broken = brokenOf(ask, offer);
    if (broken !== undefined) return `does not answer '${broken}'`;
    if (deal.estimate === undefined) return undefined;
    const { nano, currency } = deal.estimate;
    if (deal.price !== undefined && deal.price.currency !== currency)
      return `has an Estimate in ${currency} and a Price in ${deal.price.currency}`;
    const least = estimateOf(deal);
    if (least !== undefined && nano < least)
      return `has an Estimate of ${printAmount(nano, currency)}, less than its Price comes to, ${printAmount(least, currency)}`;
    const budgets = ask.clauses.filter(({ kind }) => kind === 'budgets');
    const dear = brokenOf({ ...ask, clauses: budgets }, atEstimate(offer));
    return dear === undefined
      ? undefined
      : `has an Estimate of ${printAmount(nano, currency)}, over the Budget`;
  } catch (error) {
    if (error instanceof TypeError) return 'says more than an Offer may'; // than one document holds
    throw error;
  }
}

/**
 * The places of Offers without fault, best first: the higher Rank, more Prefer that hold, the lower Estimate (nothing to
 * pay before all, one that is not said after all), and then the order in which they are given. Rank and Prefer see what
 * an Offer says, and under names that it does not say what its Tell says.
 */
export function bestFirst(ask: Party, offered: readonly Offered[]): readonly number[] {
  const supply = new Supply();
  const places = new Map<number, number>();
  for (const [place, { offer, tell }] of offered.entries())
    if (faultOf(ask, offer) === undefined) places.set(supply.add(standing(ask, offer, tell)), place);
  // They answer each clause, as was seen; here they are ordered.
  const ordering: Party = { ...ask, clauses: [], count: 1, limit: Math.max(1, places.size) };
  const { rows } = finish(new Matcher(ordering, supply).answer());
  return rows.flatMap((row) => places.get(row) ?? []);
}

/** What puts an Offer behind a better one: the Ask's Rank or Prefer, what it costs, or only the order of names. */
export type Behind = 'rank' | 'cost' | 'name';

/** Why the second of two Offers without fault comes after the first. */
export function behindBy(ask: Party, better: Offered, worse: Offered): Behind {
  const isFirst = (one: Offered, other: Offered) => bestFirst(ask, [one, other])[0] === 0;
  if (isFirst(worse, better)) return 'name';
  // Where both cost nothing, only the Ask's wishes part them.
  return isFirst(forNothing(worse), forNothing(better)) ? 'cost' : 'rank';
}

function forNothing({ offer, tell }: Offered): Offered {
  const { deal } = offer;
  if (deal === undefined) return { offer, tell };
  const headers = offer.headers.filter(({ name }) => name !== 'Price' && name !== 'Estimate');
  return { offer: { ...offer, headers, deal: { ...deal, price: undefined, estimate: undefined } }, tell };
}

/** An Offer as it stands beside others. */
function standing(ask: Party, offer: Document1, tell: Document1 | undefined): Party {
  const terms = atEstimate(offer);
  try {
    return partyOf(asTell(withTold(terms, tell), ask));
  } catch (error) {
    // With what the Tell says it may be more than one document holds.
    if (error instanceof TypeError) return partyOf(asTell(terms, ask));
    throw error;
  }
}

/** The first clause of an Ask that is not TRUE of an Offer. */
function brokenOf(ask: Party, offer: Terms): string | undefined {
  return brokenIn(unanswered(ask, offer))?.value.replace(/ -> [^"]*$/, '');
}

/** The same Offer, at the price of its Estimate as a whole. */
function atEstimate({ headers, deal }: Document1): Terms {
  if (deal?.estimate === undefined) return { headers };
  const { nano, currency } = deal.estimate;
  const others = headers.filter(({ name }) => name !== 'Price');
  return { headers: [...others, { name: 'Price', value: printAmount(nano, currency) }] };
}

/** An Offer with what its Tell says of itself under names that the Offer does not say. */
function withTold({ headers }: Terms, tell: Document1 | undefined): Terms {
  const said = new Set([...ofTells, ...headers.map(({ name }) => name.toLowerCase())]);
  const isMore = (name: string) => !said.has(name.toLowerCase()) && !/^their\./i.test(name);
  return { headers: [...headers, ...(tell?.headers.filter(({ name }) => isMore(name)) ?? [])] };
}

/** What an Offer that does not say them says nothing of. */
const ofTells = ['price', 'slots'];
