import { count, duration, size } from '../../platform/config/units.ts';

/** Settings of staging, among those of the broker. */
export const stagingSettings = {
  'staging-size': size('64 GiB', { says: 'How much the files of jobs may take on disk, in all.' }),
  'staging-each': size('32 GiB', {
    says: 'How much the files of one user may take of it: those that they have sent, and those of their jobs. What jobs leave is taken all the same, and counts.',
  }),
  'staging-kept': duration('1 h', {
    says: 'How long a file that no job refers to is kept after it was sent, and a part of one after the last came.',
  }),
  'staging-uploads': count(1_000, { says: 'How many files may be coming in at once, in parts.', min: 1 }),
};

/** What of them staging is given. */
export interface StagingSettings {
  readonly 'staging-size': number;
  readonly 'staging-each': number;
  readonly 'staging-kept': number;
  readonly 'staging-uploads': number;
}
