import type { CatalogueEntry } from './catalogue-entry.ts';

/** The part of the catalogue that is of who may do what. */
export const identityFailures = {
  'not-authenticated': {
    status: 401,
    means: 'The request shows no token, or one that is of nobody who may do this.',
    next: 'show a token that stands: ogm token create gives one to who runs the broker',
  },
  'not-allowed': {
    status: 403,
    means: 'The token is in order, but it is not for this.',
    next: 'use a token with the scope that is named',
  },
  'too-many-requests': {
    status: 429,
    means:
      'One user, or one address whose user is not known, asks more often than the owner of the broker allows.',
    next: 'wait as long as Retry-After says, then go on more slowly',
  },
  'user-exists': {
    status: 409,
    means: 'The name is that of a user, or was: names are given once.',
    next: 'choose another name',
  },
  'too-many-tokens': {
    status: 409,
    means: 'There are as many users, or as many tokens of one user, as may be.',
    next: 'revoke tokens that nobody uses any more, or let the owner raise the setting',
  },
  'bad-certificate': {
    status: 400,
    means: 'The certificate of a door, or its key, cannot be used.',
    next: 'give a certificate and its key as PEM files',
  },
} as const satisfies Record<string, CatalogueEntry>;
