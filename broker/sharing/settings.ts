import { count } from '../../platform/config/units.ts';

/** Settings of what is shared, among those of the broker. */
export const sharingSettings = {
  'most-groups': count(1_000, { says: 'How many groups of users there may be.', min: 1 }),
  'most-members': count(10_000, { says: 'How many users one group may have.', min: 1 }),
  'most-shares': count(1_000, {
    says: 'With how many users and groups one resource may be shared.',
    min: 1,
  }),
};

/** What of them sharing is given. */
export interface SharingSettings {
  readonly 'most-groups': number;
  readonly 'most-members': number;
  readonly 'most-shares': number;
}
