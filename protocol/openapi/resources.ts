import { resourceName } from '../resources.ts';
import { asJson, type Route } from './route.ts';

const ofResource = { name: resourceName.describe('The name of the resource.') };

/** Machines that owners lend, and their agents. */
export const resourceRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/broker/v1/resources',
    id: 'addResource',
    does: 'Adds a resource, which awaits its agent',
    more: 'Again for one whose agent has not come: another secret, and the one before holds no more.',
    scopes: ['resources'],
    takes: asJson('ResourceRequest'),
    gives: [
      {
        status: 201,
        says: 'The secret for its agent, which is told this once.',
        content: asJson('Enrolment'),
      },
    ],
    problems: ['bad-query', 'resource-exists', 'store-full', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/resources',
    id: 'listResources',
    does: 'Lists the resources of the caller, and those that are shared with them; all of them for an administrator',
    scopes: ['read'],
    gives: [{ status: 200, says: 'The resources.', content: asJson('ResourceList') }],
    problems: ['store-failed'],
  },
  ...(['drain', 'resume'] as const).map(
    (word): Route => ({
      method: 'post',
      path: `/broker/v1/resources/{name}/${word}`,
      id: `${word}Resource`,
      does: word === 'drain' ? 'Lets a resource take no more tasks' : 'Lets a resource take tasks again',
      scopes: ['resources'],
      parameters: ofResource,
      gives: [{ status: 204, says: 'So it is; what runs there goes on.' }],
      problems: ['not-found', 'store-full', 'store-failed'],
    }),
  ),
  {
    method: 'delete',
    path: '/broker/v1/resources/{name}',
    id: 'removeResource',
    does: 'Removes a resource: its agent is a stranger from now on',
    scopes: ['resources'],
    parameters: ofResource,
    gives: [{ status: 204, says: 'It is gone.' }],
    problems: ['not-found', 'store-full', 'store-failed'],
  },
  {
    method: 'post',
    path: '/broker/v1/enrol',
    id: 'enrol',
    does: 'Has an agent trusted by its key, for the secret that its owner got',
    more: 'The same again is answered as before.',
    scopes: 'nobody',
    takes: asJson('EnrolRequest'),
    gives: [
      {
        status: 200,
        says: 'What it is called, and the key by which the broker will prove itself.',
        content: asJson('Enrolled'),
      },
    ],
    problems: ['bad-query', 'secret-refused', 'resource-exists', 'store-full', 'store-failed'],
  },
];
