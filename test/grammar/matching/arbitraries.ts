import fc from 'fast-check';
import type { Party } from '../../../grammar/documents/model.ts';
import { ask, tell } from './support.ts';

/** So large that the verdict of a search in it takes a slice of its own. */
const [longA, longB] = ['a', 'b'].map((letter) => letter.repeat(8000));

const told = [
  'Cpus: 4',
  'Cpus: 8',
  'Cpus: 64',
  'Memory: 8 GiB',
  'Memory: 64 GiB',
  'Slots: 0',
  'Slots: 3',
  'Region: eu',
  'Region: us',
  'Features: avx2, sse4.2',
  'Features: avx2, 3',
  'Load: 0.5',
  'Load: 3',
  'Queue: 12',
  'Queue: fast',
  'Application: gcc4.0.2',
  'Walltime: <= 1 h',
  'Walltime: <= 4 h',
  'Owner: not bob | unsaid',
  'Owner: alice | carol',
  'Their.Cpus: <= 8',
  'Explicit: Region',
  'Requires: their.Cpus <= my.Cpus / 2',
  'Requires: my.Load ?? 1 < 2 or their.Priority > 3',
  'Price: 0.03 EUR/cpu-h + 0.05 EUR/job',
  'Price: 1 EUR/h',
  'Price: 3 USD',
  `Bulk: ${longA}`,
  `Bulk: ${longB}`,
  'Their.Bulk: ~ /^b{280}/',
  'Their.Bulk: not ~ /^b{279}/',
  'Requires: their.Bulk ~ /^a{280}/ or my.Load < 1',
  'Understands: time',
  'Understands: guarantee, start',
];

const asked = [
  'Cpus: 8',
  'Cpus: 4..16',
  'Cpus: == 8',
  'Cpus: 16',
  'Memory: 16 GiB',
  'Region: eu',
  'Region: not us',
  'Region: any',
  'Region: eu | unsaid',
  'Features: avx2, sse4.2',
  'Features: not amx',
  'Load: < 2',
  'Load: 1..3',
  'Queue: fast | 12',
  'Queue: != slow',
  'Application: gcc (>= 4)',
  'Application: ~ /^GCC/i',
  'Walltime: 2 h',
  'Walltime: 30 min',
  'Owner: alice',
  'Owner: bob',
  'Priority: 5',
  'Tasks: 3',
  'Count: 2',
  'Count: 5',
  'Limit: 3',
  'Deadline: 2026-12-01',
  'Start: 2026-11-30',
  'Guarantee: up 99 % of the time',
  'Critical: Deadline',
  'Critical: guarantee',
  'Critical: time',
  'Budget: 0.60 EUR',
  'Budget: 5 USD',
  'Budget: 1 USD',
  'Price: <= 0.05 EUR/cpu-h',
  'Requires: their.Load < 2 and their.Cpus >= my.Cpus',
  'Requires: their.Region in ("eu", "us")',
  'Requires: their.Memory / 1 GiB > their.Load * 10',
  'Prefer: their.Region == "eu"',
  'Rank: their.Cpus * 10 - their.Load',
  'Rank: their.Memory',
  `My.Bulk: ${longA}`,
  `My.Bulk: ${longB}`,
  'Bulk: ~ /^b{280}/',
  'Bulk: not ~ /^a{280}/ | unsaid',
  'Requires: their.Bulk ~ /^a{280}/ or their.Load < 2',
  'Prefer: their.Bulk ~ /^a{280}/',
  'Rank: if(their.Bulk ~ /^b{280}/, their.Load, their.Cpus)',
];

const repeats = /^(?:Requires|Region|Features|Load|Queue|Application)$/;

/** The same of headers of which one document has one. */
function keyOf(header: string): string {
  const [name = ''] = header.split(':');
  if (name === 'Price' || name === 'Budget') return `${name} ${/[A-Z]{3}/.exec(header.slice(6))?.[0]}`;
  return repeats.test(name) ? header : name;
}

/** Headers of which no two have one name that stands once. */
function headers(pool: readonly string[], most: number): fc.Arbitrary<string[]> {
  return fc.uniqueArray(fc.constantFrom(...pool), { maxLength: most, selector: keyOf });
}

export const someTells: fc.Arbitrary<Party[]> = fc
  .array(headers(told, 8), { maxLength: 12 })
  .map((all) => all.map((each, index) => tell(`t${index}`, ...each)));

export const someAskHeaders: fc.Arbitrary<string[]> = headers(asked, 6);

/** Headers of an Ask, many of them with some of these. */
export function askHeadersWith(more: readonly string[]): fc.Arbitrary<string[]> {
  return fc
    .tuple(headers(asked, 3), fc.subarray([...more]))
    .map(([some, others]) => [
      ...new Map([...some, ...others].map((header) => [keyOf(header), header])).values(),
    ]);
}

/** Many of them with Count and with several Budgets. */
export const someWishes = askHeadersWith(['Count: 5', 'Walltime: 1 h', 'Budget: 0.60 EUR', 'Budget: 1 USD']);

export const someAsk: fc.Arbitrary<Party> = someAskHeaders.map((each) => ask(...each));
