import { count, duration } from '../../platform/config/units.ts';

/** Settings of users and tokens, among those of the broker. */
export const identitySettings = {
  'token-lifetime': duration('90 d', { says: 'How long a token lives unless who makes it says otherwise.' }),
  'longest-token-lifetime': duration('366 d', { says: 'How long a token may live at most.' }),
  'token-overlap': duration('1 min', {
    says: 'How long a token goes on to hold after `ogm token rotate` has given another in its place.',
    min: '0 ms',
  }),
  'most-users': count(10_000, {
    says: 'How many users there may be, those who were removed included.',
    min: 1,
  }),
  'tokens-each': count(100, { says: 'How many tokens one user may have.', min: 1 }),
  'jwt-lifetime': duration('5 min', {
    says: 'How long a JWT holds for which a token was exchanged: what came of a token that is revoked goes on that long at most.',
    max: '1 h',
  }),
  'session-lifetime': duration('12 h', {
    says: 'How long the session of a page lasts, where its token holds as long.',
  }),
  'sessions-each': count(20, {
    says: 'How many sessions of pages one user has at once; with another the oldest ends.',
    min: 1,
  }),
};

/** What of them identities are given. */
export interface IdentitySettings {
  readonly 'token-lifetime': number;
  readonly 'longest-token-lifetime': number;
  readonly 'token-overlap': number;
  readonly 'most-users': number;
  readonly 'tokens-each': number;
  readonly 'jwt-lifetime': number;
  readonly 'session-lifetime': number;
  readonly 'sessions-each': number;
}
