import { z } from 'zod';
import { nodeEventQuery, nodeHistoryQuery, nodeMessageQuery, nodeStatusQuery } from '../node-events.ts';
import { asJson, type Route } from './route.ts';

const scopes = ['read', 'resources'] as const;
const parameters = { node: z.int().nonnegative().describe('The number of the node.') };

/** How nodes stand and stood. */
export const standingRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/infogather/v1/states',
    id: 'listNodeStates',
    does: 'Lists how nodes stand, a page at a time',
    more: 'docs/nodes.md tells the states. Nodes that are gone are left out.',
    scopes,
    query: nodeStatusQuery,
    gives: [{ status: 200, says: 'A page, by the numbers of the nodes.', content: asJson('NodeStatusPage') }],
    problems: ['bad-query', 'store-failed'],
  },
  {
    method: 'get',
    path: '/infogather/v1/states/{node}',
    id: 'showNodeState',
    does: 'Shows how a node stands',
    scopes,
    parameters,
    gives: [{ status: 200, says: 'The node, also where it is gone.', content: asJson('NodeStatus') }],
    problems: ['not-found', 'store-failed'],
  },
  {
    method: 'get',
    path: '/infogather/v1/states/{node}/history',
    id: 'showNodeHistory',
    does: 'Shows how a node stood over time',
    more: 'The finest steps that are kept for as long; points of which nothing is known are left out.',
    scopes,
    parameters,
    query: nodeHistoryQuery,
    gives: [{ status: 200, says: 'The series, as means of each step.', content: asJson('NodeHistory') }],
    problems: ['bad-query', 'not-found', 'store-failed'],
  },
  {
    method: 'get',
    path: '/infogather/v1/states/{node}/messages',
    id: 'listNodeMessages',
    does: 'Lists what there is to say of a node, the latest first',
    scopes,
    parameters,
    query: nodeMessageQuery,
    gives: [{ status: 200, says: 'A page.', content: asJson('NodeMessages') }],
    problems: ['bad-query', 'not-found', 'store-failed'],
  },
  {
    method: 'get',
    path: '/infogather/v1/events',
    id: 'listNodeEvents',
    does: 'Lists what became of nodes after a cursor',
    more: 'It waits for something as long as `wait` says, in seconds. `/infogather/v1/events/ws` sends the same as it happens.',
    scopes,
    query: nodeEventQuery,
    gives: [{ status: 200, says: 'The events, in their order.', content: asJson('NodeEventPage') }],
    problems: ['bad-query', 'cursor-expired', 'store-failed'],
  },
];
