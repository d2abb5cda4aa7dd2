import { boolean, count, port } from '../../platform/config/units.ts';

/** The settings of the page of an agent. */
export const pageSettings = {
  page: boolean(true, {
    says: 'Whether the agent has a page for its owner, on this machine alone, which shows and manages it; `ogm agent status`, `log`, `drain` and `resume` ask there too.',
  }),
  'page-port': port(0, {
    says: 'Port of that page; 0 is the one that it had before, or any free one.',
    flag: 'page-port',
  }),
  'page-lines': count(500, { says: 'How many lines of its log the agent keeps for its page.', min: 1 }),
};
