import type { Code } from '../catalogue.ts';
import type { Scope } from '../identities.ts';
import { nodeQuery } from '../nodes.ts';
import { priceQuery } from '../prices.ts';
import { asJson, type Route } from './route.ts';
import { standingRoutes } from './standings.ts';

interface DocumentService {
  readonly service: 'market' | 'broker' | 'infogather';
  readonly does: string;
  readonly more: string;
  readonly takesTells: boolean;
  /** Of which a token must have one. */
  readonly scopes?: readonly Scope[];
  readonly problems: readonly Code[];
}

/** What may go wrong with any document that is sent. */
const ofDocuments: readonly Code[] = ['document-refused', 'one-document', 'wrong-service'];

/** One document is posted, and answered by documents. */
function documentRoute({
  service,
  does,
  more,
  takesTells,
  scopes = ['read', 'resources'],
  problems,
}: DocumentService): Route {
  const warnings = {
    'SLA-Warning':
      'What is likely wrong with the document, percent-encoded where it is not ASCII; may repeat.',
  };
  return {
    method: 'post',
    path: `/${service}`,
    id: `${service}Document`,
    does,
    more: takesTells ? `${more} To tell, and to take back, a token needs the scope \`resources\`.` : more,
    scopes,
    takes: { 'text/sla': 'DocumentText', 'application/json': 'Document' },
    gives: [
      {
        status: 200,
        says: 'The documents that answer, in the encoding that `Accept` says, else in that of the question.',
        content: { 'text/sla': 'DocumentsText', 'application/json': 'Documents' },
        headers: warnings,
      },
      ...(takesTells ? [{ status: 204, says: 'A Tell of version 0.1 is on disk.', headers: warnings }] : []),
    ],
    problems: [...ofDocuments, ...problems],
    problemHeaders: warnings,
  };
}

export const marketRoutes: readonly Route[] = [
  documentRoute({
    service: 'market',
    does: 'Tells the market, or asks it',
    more: 'An SLA document of version 0.1 or 1.0; docs/sla.md tells the language.',
    takesTells: true,
    problems: ['market-full', 'store-full', 'store-failed'],
  }),
  {
    method: 'get',
    path: '/market/v1/prices',
    id: 'listPrices',
    does: 'Tells what an application costs, and cost hour by hour',
    scopes: ['read', 'resources'],
    query: priceQuery,
    gives: [{ status: 200, says: 'A page of hours.', content: asJson('PricePage') }],
    problems: ['bad-query', 'store-failed'],
  },
];

export const askRoutes: readonly Route[] = [
  documentRoute({
    service: 'broker',
    does: 'Asks the broker, and deals with it',
    more: 'An SLA Ask of version 0.1, for a Host; an Ask of version 1.0, for an Offer, and the documents of the deal that follow. An Ask of version 1.0, and what moves a deal, wants the scope `submit`.',
    takesTells: false,
    scopes: ['read', 'submit', 'resources'],
    problems: ['unavailable', 'store-full', 'store-failed'],
  }),
];

export const infogatherRoutes: readonly Route[] = [
  documentRoute({
    service: 'infogather',
    does: 'Registers a node, or asks for one',
    more: 'A RESOURCE document of version 0.1 or 1.0.',
    takesTells: true,
    problems: ['infogather-full', 'store-full', 'store-failed'],
  }),
  {
    method: 'get',
    path: '/infogather/v1/nodes',
    id: 'listNodes',
    does: 'Lists what is known of nodes, a page at a time',
    scopes: ['read', 'resources'],
    query: nodeQuery,
    gives: [
      {
        status: 200,
        says: 'A page; each entry is one application at one Host.',
        content: asJson('NodePage'),
      },
    ],
    problems: ['bad-query', 'store-failed'],
  },
  {
    method: 'get',
    path: '/infogather/v1/applications',
    id: 'listApplications',
    does: 'Lists each application that a node offers',
    scopes: ['read', 'resources'],
    gives: [{ status: 200, says: 'The applications.', content: asJson('ApplicationList') }],
    problems: ['store-failed'],
  },
  ...standingRoutes,
];
