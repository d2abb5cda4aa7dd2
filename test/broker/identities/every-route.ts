import { createHash } from 'node:crypto';
import type { Router } from 'express';

export const content = Buffer.from('a rod of iron of anns');
export const blob = createHash('sha256').update(content).digest('hex');

/** What belongs to ann. */
export interface Anns {
  readonly job: string;
  readonly token: string;
  readonly tokenId: string;
  /** The Id of an agreement. */
  readonly agreement: string;
}

/** One request, with what a stranger gets who has a token of their own. */
export interface Tried {
  readonly path: string;
  readonly body?: unknown;
  /** The status for a stranger; 200 and 201 where what answers is the stranger's own, and says nothing of ann. */
  readonly stranger: number;
}

/** Every route that has an owner, as ann would use it. Those that end things come last. */
export function routesOf({ job, tokenId, agreement }: Anns): Record<string, Tried> {
  const at = `/broker/v1/jobs/${job}`;
  return {
    'GET /broker/v1/jobs': { path: '/broker/v1/jobs', stranger: 200 },
    'POST /broker/v1/jobs': {
      path: '/broker/v1/jobs',
      body: { application: 'echo', inputs: [{ path: 'in.txt', blob }] },
      stranger: 409, // the blob is none of theirs
    },
    'GET /broker/v1/jobs/:job': { path: at, stranger: 404 },
    'PATCH /broker/v1/jobs/:job': { path: at, body: { priority: 9 }, stranger: 404 },
    'POST /broker/v1/jobs/:job/submit': { path: `${at}/submit`, stranger: 404 },
    'POST /broker/v1/jobs/:job/cancel': { path: `${at}/cancel`, stranger: 404 },
    'GET /broker/v1/jobs/:job/tasks': { path: `${at}/tasks`, stranger: 404 },
    'GET /broker/v1/jobs/:job/tasks/:task': { path: `${at}/tasks/1`, stranger: 404 },
    'POST /broker/v1/jobs/:job/tasks/:task/retry': { path: `${at}/tasks/1/retry`, stranger: 404 },
    'POST /broker/v1/jobs/:job/tasks/:task/abandon': { path: `${at}/tasks/1/abandon`, stranger: 404 },
    'POST /broker/v1/jobs/:job/tasks/:task/answer': {
      path: `${at}/tasks/1/answer`,
      body: { text: 'yes' },
      stranger: 404,
    },
    'GET /broker/v1/jobs/:job/tasks/:task/stdout': { path: `${at}/tasks/1/stdout`, stranger: 404 },
    'GET /broker/v1/jobs/:job/tasks/:task/stderr': { path: `${at}/tasks/1/stderr`, stranger: 404 },
    'GET /broker/v1/jobs/:job/tasks/:task/outputs': { path: `${at}/tasks/1/outputs`, stranger: 404 },
    'GET /broker/v1/jobs/:job/tasks/:task/outputs/*path': {
      path: `${at}/tasks/1/outputs/out/rod.txt`,
      stranger: 404,
    },
    'GET /broker/v1/jobs/:job/table': { path: `${at}/table`, stranger: 404 },
    'POST /broker/v1/jobs/:job/again': { path: `${at}/again`, body: { which: 'not-done' }, stranger: 404 },
    'GET /broker/v1/events': { path: `/broker/v1/events?job=${job}`, stranger: 404 },
    'GET /broker/v1/blobs/:blob': { path: `/broker/v1/blobs/${blob}`, stranger: 404 },
    // Says how much the stranger has sent, which is nothing: as of a blob that nobody has.
    'GET /broker/v1/blobs/:blob/upload': { path: `/broker/v1/blobs/${blob}/upload`, stranger: 200 },
    'PUT /broker/v1/blobs/:blob': {
      path: `/broker/v1/blobs/${blob}?offset=0&total=${content.length}`,
      body: content.subarray(0, 1),
      stranger: 200,
    },
    'GET /broker/v1/resources': { path: '/broker/v1/resources', stranger: 200 },
    // That a name is taken is no secret.
    'POST /broker/v1/resources': {
      path: '/broker/v1/resources',
      body: { name: 'anns-node' },
      stranger: 409,
    },
    'POST /broker/v1/resources/:name/drain': { path: '/broker/v1/resources/anns-node/drain', stranger: 404 },
    'POST /broker/v1/resources/:name/resume': {
      path: '/broker/v1/resources/anns-node/resume',
      stranger: 404,
    },
    'POST /broker/v1/resources/:name/reservations': {
      path: '/broker/v1/resources/anns-node/reservations',
      body: { slots: 1, startsAt: 0, endsAt: 4_000_000_000_000 },
      stranger: 404,
    },
    'GET /broker/v1/resources/:name/reservations': {
      path: '/broker/v1/resources/anns-node/reservations',
      stranger: 404,
    },
    'DELETE /broker/v1/resources/:name/reservations/:id': {
      path: '/broker/v1/resources/anns-node/reservations/r1',
      stranger: 404,
    },
    'POST /broker/v1/resources/:name/share': {
      path: '/broker/v1/resources/anns-node/share',
      body: { with: ['ann'] },
      stranger: 404,
    },
    'POST /broker/v1/resources/:name/unshare': {
      path: '/broker/v1/resources/anns-node/unshare',
      body: { with: ['group:none'] },
      stranger: 404,
    },
    'POST /broker/v1/groups': { path: '/broker/v1/groups', body: { name: 'physics' }, stranger: 403 },
    'GET /broker/v1/groups': { path: '/broker/v1/groups', stranger: 403 },
    'POST /broker/v1/groups/:name/add': {
      path: '/broker/v1/groups/physics/add',
      body: { users: ['ann'] },
      stranger: 403,
    },
    'POST /broker/v1/groups/:name/remove': {
      path: '/broker/v1/groups/physics/remove',
      body: { users: ['ann'] },
      stranger: 403,
    },
    'DELETE /broker/v1/groups/:name': { path: '/broker/v1/groups/physics', stranger: 403 },
    'GET /broker/v1/accounts': { path: '/broker/v1/accounts', stranger: 200 },
    'GET /broker/v1/accounts/:owner/:currency/entries': {
      path: '/broker/v1/accounts/ann/CREDIT/entries',
      stranger: 403,
    },
    'POST /broker/v1/accounts/:owner/:currency/grants': {
      path: '/broker/v1/accounts/ann/CREDIT/grants',
      body: { amount: '1.00', request: 'r-1' },
      stranger: 403,
    },
    'PUT /broker/v1/accounts/:owner/:currency/limit': {
      path: '/broker/v1/accounts/ann/CREDIT/limit',
      body: { limit: '1.00' },
      stranger: 403,
    },
    'GET /broker/v1/why/:id': { path: `/broker/v1/why/${job}`, stranger: 404 },
    'GET /broker/v1/deals': { path: '/broker/v1/deals', stranger: 200 },
    'GET /broker/v1/deals/events': {
      path: `/broker/v1/deals/events?deal=${agreement}`,
      stranger: 404,
    },
    'GET /broker/v1/deals/:id': { path: `/broker/v1/deals/${agreement}`, stranger: 404 },
    'GET /broker/v1/deals/:id/bill': { path: `/broker/v1/deals/${agreement}/bill`, stranger: 404 },
    'GET /broker/v1/tokens': { path: '/broker/v1/tokens', stranger: 200 },
    'POST /broker/v1/tokens': {
      path: '/broker/v1/tokens',
      body: { user: 'ann', scopes: ['read'] },
      stranger: 403,
    },
    'POST /broker/v1/tokens/exchange': {
      path: '/broker/v1/tokens/exchange',
      body: { audience: 'market', at: 'https://market.example.org' },
      stranger: 201,
    },
    // It is told to whoever is known.
    'GET /broker/v1/key': { path: '/broker/v1/key', stranger: 200 },
    'POST /broker/v1/session': { path: '/broker/v1/session', stranger: 204 },
    'DELETE /broker/v1/session': { path: '/broker/v1/session', stranger: 204 },
    'GET /broker/v1/users': { path: '/broker/v1/users', stranger: 403 },
    'POST /broker/v1/users': { path: '/broker/v1/users', body: { name: 'eve' }, stranger: 403 },
    'POST /broker/v1/enrol': {
      path: '/broker/v1/enrol',
      body: { secret: 'guessed', key: 'A'.repeat(43) },
      stranger: 403,
    },
    'DELETE /broker/v1/resources/:name': { path: '/broker/v1/resources/anns-node', stranger: 404 },
    'DELETE /broker/v1/jobs/:job': { path: at, stranger: 404 },
    'POST /broker/v1/tokens/:id/rotate': { path: `/broker/v1/tokens/${tokenId}/rotate`, stranger: 404 },
    'DELETE /broker/v1/tokens/:id': { path: `/broker/v1/tokens/${tokenId}`, stranger: 404 },
    'DELETE /broker/v1/users/:name': { path: '/broker/v1/users/ann', stranger: 403 },
  };
}

/** What only administrators may do, and what shows something else than a token. */
/** Of what never was, everybody is told that: reservations.test.ts tells of one that was. */
export const goneReservation = 'DELETE /broker/v1/resources/:name/reservations/:id';

export const notAnns = [
  goneReservation,
  'POST /broker/v1/tokens',
  'GET /broker/v1/users',
  'POST /broker/v1/users',
  'DELETE /broker/v1/users/:name',
  'POST /broker/v1/groups',
  'GET /broker/v1/groups',
  'POST /broker/v1/groups/:name/add',
  'POST /broker/v1/groups/:name/remove',
  'DELETE /broker/v1/groups/:name',
  'POST /broker/v1/accounts/:owner/:currency/grants',
  'PUT /broker/v1/accounts/:owner/:currency/limit',
  'POST /broker/v1/enrol',
];

/** `METHOD /path` of each route, as the routers themselves have them. */
export function mounted(routers: readonly Router[]): string[] {
  return routers.flatMap(({ stack }) =>
    stack.flatMap(({ route }) => {
      if (route === undefined)
        throw new Error('a part of a router has no route, and its owner cannot be tested');
      const methods = route.stack.map(({ method }) => method.toUpperCase());
      return [...new Set(methods)].map((method) => `${method} ${route.path}`);
    }),
  );
}
