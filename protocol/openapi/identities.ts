import { z } from 'zod';
import { asJson, type Route } from './route.ts';

const ofUser = { name: z.string().describe('The name of the user.') };
const ofToken = { id: z.string().describe('The id of the token, which is not the token.') };

/** Who may do what. */
export const identityRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/broker/v1/users',
    id: 'addUser',
    does: 'Adds a user',
    scopes: ['admin'],
    takes: asJson('UserRequest'),
    gives: [{ status: 201, says: 'There is such a user now.', content: asJson('UserAdded') }],
    problems: ['bad-query', 'user-exists', 'too-many-tokens', 'store-full', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/users',
    id: 'listUsers',
    does: 'Lists users',
    scopes: ['admin'],
    gives: [{ status: 200, says: 'The users.', content: asJson('UserList') }],
    problems: ['store-failed'],
  },
  {
    method: 'delete',
    path: '/broker/v1/users/{name}',
    id: 'removeUser',
    does: 'Removes a user, and with them all their tokens',
    more: 'What they own stays, for administrators.',
    scopes: ['admin'],
    parameters: ofUser,
    gives: [{ status: 204, says: 'They are gone.' }],
    problems: ['not-found', 'store-full', 'store-failed'],
  },
  {
    method: 'post',
    path: '/broker/v1/tokens',
    id: 'makeToken',
    does: 'Makes a token of a user',
    scopes: ['admin'],
    takes: asJson('TokenRequest'),
    gives: [{ status: 201, says: 'The token, which is told this once.', content: asJson('TokenMade') }],
    problems: ['bad-query', 'not-found', 'too-many-tokens', 'store-full', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/tokens',
    id: 'listTokens',
    does: 'Lists the tokens of the caller; all of them for an administrator',
    scopes: [],
    gives: [
      { status: 200, says: 'Those that hold; nothing tells a token itself.', content: asJson('TokenList') },
    ],
    problems: ['store-failed'],
  },
  {
    method: 'post',
    path: '/broker/v1/tokens/{id}/rotate',
    id: 'rotateToken',
    does: 'Gives another token in the place of one, which holds for a short while yet',
    more: 'A token may do this to itself, an administrator to all.',
    scopes: [],
    parameters: ofToken,
    gives: [{ status: 201, says: 'The token, which is told this once.', content: asJson('TokenMade') }],
    problems: ['not-found', 'too-many-tokens', 'store-full', 'store-failed'],
  },
  {
    method: 'delete',
    path: '/broker/v1/tokens/{id}',
    id: 'revokeToken',
    does: 'Ends a token, also for what is still open',
    more: 'A token may do this to itself, an administrator to all.',
    scopes: [],
    parameters: ofToken,
    gives: [{ status: 204, says: 'It holds no more.' }],
    problems: ['not-found', 'store-full', 'store-failed'],
  },
];
