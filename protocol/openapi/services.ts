import { accountRoutes } from './accounts.ts';
import { dealRoutes } from './deals.ts';
import { askRoutes, infogatherRoutes, marketRoutes } from './documents.ts';
import { identityRoutes } from './identities.ts';
import { jobRoutes } from './jobs.ts';
import { resourceRoutes } from './resources.ts';
import { asJson, type Route } from './route.ts';
import { sharingRoutes } from './sharing.ts';
import { stagingRoutes } from './staging.ts';

/** Routes that are about one thing. */
export interface Topic {
  readonly name: string;
  readonly routes: readonly Route[];
}

/** What each service serves over HTTP. */
export const topicsOf: Readonly<Record<'market' | 'broker' | 'infogather', readonly Topic[]>> = {
  market: [{ name: 'Market', routes: marketRoutes }],
  broker: [
    { name: 'Broker', routes: askRoutes },
    { name: 'Jobs', routes: jobRoutes },
    { name: 'Files of jobs', routes: stagingRoutes },
    { name: 'Resources', routes: resourceRoutes },
    { name: 'Users and tokens', routes: identityRoutes },
    { name: 'Sharing', routes: sharingRoutes },
    { name: 'Accounts', routes: accountRoutes },
    { name: 'Offers and agreements', routes: dealRoutes },
  ],
  infogather: [{ name: 'Infogather', routes: infogatherRoutes }],
};

/** What every HTTP door serves, whatever services are behind it. */
export const description: Topic = {
  name: 'Description',
  routes: [
    {
      method: 'get',
      path: '/openapi.json',
      id: 'getDescription',
      does: 'Gives this description, for programs',
      scopes: ['read', 'resources'],
      gives: [{ status: 200, says: 'What is served here, in OpenAPI 3.1.', content: asJson('Description') }],
      problems: [],
    },
    {
      method: 'get',
      path: '/docs',
      id: 'getPage',
      does: 'Gives this description, for people',
      scopes: ['read', 'resources'],
      gives: [{ status: 200, says: 'The same as a page.', content: { 'text/html': 'Page' } }],
      problems: [],
    },
  ],
};
