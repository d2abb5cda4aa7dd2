import type { CatalogueEntry } from './catalogue-entry.ts';

/** The part of the catalogue that is of money. */
export const accountFailures = {
  'no-funds': {
    status: 402,
    means: 'There is not enough in the account, or more may not be held for deals at once.',
    next: 'ask an administrator of the broker for a grant, or wait until deals have ended',
  },
  'no-currency': {
    status: 422,
    means: 'The broker does not run this currency.',
    next: 'use one of those that it names, or let its owner add it to broker.currencies',
  },
  'request-reused': {
    status: 409,
    means: 'The word of the request was used for another request before.',
    next: 'send it again as it was, or with another word',
  },
  'too-much-money': {
    status: 422,
    means:
      'No account holds so much, nor is there so much of a currency: at most 15 digits before the point.',
    next: 'grant less',
  },
} as const satisfies Record<string, CatalogueEntry>;
