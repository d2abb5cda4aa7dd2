import { count, list } from '../../platform/config/units.ts';

/** Settings of accounts, among those of the broker. */
export const accountSettings = {
  currencies: list('text', ['CREDIT'], {
    says: 'Currencies that the broker runs: its own, whatever others of the name are worth elsewhere. Administrators grant them.',
  }),
  'statement-page': count(1_000, { says: 'How many entries a page of a statement has at most.', min: 1 }),
};

/** What of them accounts are given. */
export interface AccountSettings {
  readonly currencies: readonly string[];
  readonly 'statement-page': number;
}
