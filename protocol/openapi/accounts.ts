import { z } from 'zod';
import { currencyName } from '../accounts.ts';
import { asJson, type Route } from './route.ts';

const ofAccount = {
  owner: z
    .string()
    .describe(
      'The user whose account it is; `@broker` is the broker, of which only administrators are told.',
    ),
  currency: currencyName.describe('A currency that the broker runs.'),
};

/** Who has how much, and what came and went. */
export const accountRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/broker/v1/accounts',
    id: 'listAccounts',
    does: 'Lists accounts: your own, or those of others for administrators',
    scopes: ['read'],
    query: z.object({
      owner: z.string().optional().describe('A user, `@broker`, or `*` for all: for administrators.'),
    }),
    gives: [{ status: 200, says: 'The accounts.', content: asJson('AccountList') }],
    problems: ['bad-query', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/accounts/{owner}/{currency}/entries',
    id: 'listEntries',
    does: 'Tells what came to an account and went from it',
    scopes: ['read'],
    parameters: ofAccount,
    query: z.object({
      after: z.number().int().optional().describe('The entry after which the page begins.'),
      limit: z.number().int().optional().describe('How many entries it has at most.'),
    }),
    gives: [{ status: 200, says: 'A page of entries.', content: asJson('StatementPage') }],
    problems: ['bad-query', 'no-currency', 'store-failed'],
  },
  {
    method: 'post',
    path: '/broker/v1/accounts/{owner}/{currency}/grants',
    id: 'grant',
    does: 'Gives money to a user; the same request again gives nothing more',
    scopes: ['admin'],
    parameters: ofAccount,
    takes: asJson('GrantRequest'),
    gives: [{ status: 201, says: 'The account after it.', content: asJson('Account') }],
    problems: [
      'bad-query',
      'not-found',
      'no-currency',
      'request-reused',
      'too-much-money',
      'store-full',
      'store-failed',
    ],
  },
  {
    method: 'put',
    path: '/broker/v1/accounts/{owner}/{currency}/limit',
    id: 'setLimit',
    does: 'Says how much of an account may be held for deals at once',
    scopes: ['admin'],
    parameters: ofAccount,
    takes: asJson('LimitRequest'),
    gives: [{ status: 200, says: 'The account after it.', content: asJson('Account') }],
    problems: ['bad-query', 'not-found', 'no-currency', 'store-full', 'store-failed'],
  },
];
