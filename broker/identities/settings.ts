import { count, duration, rate } from '../../platform/config/units.ts';

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
  'requests-a-second': rate(200, {
    says: 'How many requests and frames of WebSockets a second one user may send who shows a token, in the long run.',
  }),
  'requests-at-once': count(1_000, {
    says: 'How many of them may come at once, before those a second count.',
    min: 1,
  }),
  'strangers-a-second': rate(20, {
    says: 'How many requests a second may come from one address, or one user of this machine, without a token that holds.',
  }),
  'strangers-at-once': count(100, {
    says: 'How many of them may come at once, before those a second count.',
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
  readonly 'requests-a-second': number;
  readonly 'requests-at-once': number;
  readonly 'strangers-a-second': number;
  readonly 'strangers-at-once': number;
}
