import { z } from 'zod';
import { dealEventQuery, dealQuery } from '../deals/deal.ts';
import { asJson, type Route } from './route.ts';

const ofDeal = {
  id: z.string().max(128).describe('The Id of an Offer or of an Agreement.'),
};

/** Offers, agreements and Bills; what moves them are documents, which go to `/broker`. */
export const dealRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/broker/v1/deals',
    id: 'listDeals',
    does: 'Lists offers and agreements, the newest first',
    scopes: ['read'],
    query: dealQuery,
    gives: [{ status: 200, says: 'A page of deals.', content: asJson('DealPage') }],
    problems: ['bad-query', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/deals/events',
    id: 'listDealEvents',
    does: 'Tells what has happened to deals since a cursor, or waits for it',
    more: 'The same comes as it happens over the WebSocket `/broker/v1/deals/events/ws`.',
    scopes: ['read'],
    query: dealEventQuery,
    gives: [{ status: 200, says: 'Events, and the cursor to go on from.', content: asJson('DealEventPage') }],
    problems: ['bad-query', 'not-found', 'cursor-expired', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/deals/{id}',
    id: 'getDeal',
    does: 'Tells how an offer or an agreement stands',
    scopes: ['read'],
    parameters: ofDeal,
    gives: [{ status: 200, says: 'How it stands.', content: asJson('Deal') }],
    problems: ['not-found', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/deals/{id}/bill',
    id: 'getBill',
    does: 'Tells what is owed under an agreement',
    scopes: ['read'],
    parameters: ofDeal,
    gives: [
      { status: 200, says: 'What is owed so far; all of it once it is over.', content: asJson('Bill') },
    ],
    problems: ['not-found', 'store-failed'],
  },
];
