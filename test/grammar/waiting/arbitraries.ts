import fc from 'fast-check';
import type { Party } from '../../../grammar/documents/model.ts';
import { ask, tell } from '../matching/support.ts';

const size = fc.integer({ min: 0, max: 40 });
const rate = fc.integer({ min: 1, max: 90 }).map((cents) => `0.${String(cents).padStart(2, '0')}`);
const region = fc.constantFrom('eu', 'us', 'us-east', 'asia', '"5"', 'Eu');
const software = fc.constantFrom('gcc', 'gcc4', 'gcc4.0.2', 'gcc-5.1', 'python3.11', 'python', 'R2023a', '4');
const unit = fc.constantFrom('h', 'min');

/** Some of these, so many of a hundred, each once at most. */
function some(headers: readonly fc.Arbitrary<string>[], percent: number): fc.Arbitrary<string[]> {
  const none = { arbitrary: fc.constant(''), weight: 100 - percent };
  return fc
    .tuple(...headers.map((arbitrary) => fc.oneof(none, { arbitrary, weight: percent })))
    .map((all) => all.filter((header) => header !== ''));
}

function told(pattern: string, ...values: readonly fc.Arbitrary<number | string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(...values)
    .map((all) => all.reduce<string>((text, value) => text.replace('$', String(value)), pattern));
}

/** One of several ways to say it. */
const either = fc.oneof;

const asked = [
  either(
    told('Cpus: $', size),
    told(
      'Cpus: 2..$',
      size.map((most) => most + 2),
    ),
    told('Cpus: == $', size),
  ),
  told('Memory: $ GiB', size),
  either(
    told('Region: $', region),
    told('Region: $ | $', region, region),
    told('Region: not $', region),
    told('Region: $ | unsaid', region),
    fc.constantFrom('Region: any', 'Region: unsaid', 'Region: ~ /^u/'),
  ),
  either(
    told('Software: has $', software),
    told(
      'Software: gcc (>= $)',
      size.map((one) => one % 6),
    ),
    told('Software: $, not $', software, software),
  ),
  either(
    told('Load: < $', size),
    told(
      'Load: $..30',
      size.map((one) => Math.min(one, 30)),
    ),
    told('Load: < $ | > $', size, size),
    told('Load: $', size),
    told('Load: > $, < 30', size),
  ),
  either(told('Queue: $ | fast', size), told('Queue: >= $ GB', size), told('Queue: true')),
  told('Walltime: $ $', size, unit),
  told('Owner: $', fc.constantFrom('alice', 'bob', 'carol, dave', 'mallory')),
  told('Priority: $', size),
  told('My.Bid: $', rate),
  told('My.Tag: $', either(size, region, told('$, $', size, size), told('$ GB', size))),
  told('Tasks: $', size),
  fc.constantFrom('Deadline: 2026-12-01', 'Deadline: 2026-12-01\nCritical: time'),
  told('Budget: $.50 EUR', size),
  told('Budget: $ USD', size),
  either(
    told('Price: <= $ EUR/cpu-h', rate),
    told('Price: not > $ EUR/cpu-h', rate),
    told('Price: $ USD', size),
  ),
  either(
    told('Requires: their.Load < $ and their.Cpus >= my.Cpus', size),
    fc.constantFrom('Requires: their.Cost <= my.Bid', 'Requires: my.Bid >= their.Cost'),
    told('Requires: my.Bid > their.Cost / 2 + $', rate),
    told('Requires: their.Region in ("eu", "$")', fc.constantFrom('us', 'asia')),
    told('Requires: their.Software has "gcc4" or their.Load == $', size),
    told('Requires: their.Software has "gcc4"'),
    told('Requires: their.Memory / 1 GiB > their.Load * $', size),
    told('Requires: their.Load * my.Cpus < my.Priority + their.Cost * $', size),
    told('Requires: my.Priority > $', size),
    told('Requires: their.Queue == my.Tag'),
  ),
  fc.constant('Requires: my.Cpus + 20 > their.Load'),
];

const offered = [
  told('Cpus: $', size),
  told('Memory: $ GiB', size),
  either(told('Region: $', region), told('Region: $, $', region, region)),
  told('Software: $, $, $', software, software, software),
  either(told('Load: $', size), told('Load: $, $', size, size)),
  either(told('Queue: $', size), told('Queue: $ GB', size), told('Queue: fast, true')),
  told('Cost: $', rate),
  fc.constantFrom('Slots: 0', 'Slots: 3'),
  either(
    told('Walltime: <= $ $', size, unit),
    told(
      'Walltime: $..20 h',
      size.map((one) => one % 20),
    ),
  ),
  either(
    told('Owner: alice | carol'),
    told('Owner: not bob | unsaid'),
    told('Owner: has carol'),
    told('Owner: mallory | unsaid'),
  ),
  either(told('Their.Priority: > $', size), told('Their.Priority: < $ | unsaid', size)),
  either(
    told('Their.Tag: $', size),
    told('Their.Tag: < $', size),
    told('Their.Tag: > $', size),
    told('Their.Tag: > $ GB', size),
    told('Their.Tag: $', region),
  ),
  told('Their.Cpus: <= $', size),
  told('Explicit: Region'),
  either(
    told('Requires: their.Cpus <= my.Cpus / 2'),
    fc.constantFrom('Requires: their.Bid >= my.Cost', 'Requires: my.Cost <= their.Bid'),
    told('Requires: my.Load ?? 1 < $ or their.Priority > 3', size),
    told('Requires: their.Owner in ("alice", "bob") and their.Priority < $', size),
  ),
  either(told('Price: $ EUR/cpu-h + 0.05 EUR/job', rate), told('Price: $ USD', size)),
  told('Understands: time'),
];

/** So many that steps of an index are worth while. */
export const manyAsks: fc.Arbitrary<Party[]> = fc.array(
  some(asked, 20).map((headers) => ask(...headers)),
  { minLength: 500, maxLength: 500 },
);

const few = fc.integer({ min: 1, max: 5 });

/** Asks of a few kinds, so many of each that conditions are put to them together. */
export const alikeAsks: fc.Arbitrary<Party[]> = fc.array(
  fc
    .oneof(
      fc.tuple(
        told('Cpus: $', few),
        told('My.Bid: $', rate),
        told('Priority: $', size),
        told('Owner: $', fc.constantFrom('alice', 'bob', 'carol')),
        fc.constant('Requires: their.Cost <= my.Bid'),
      ),
      fc.tuple(
        told('Cpus: $', few),
        told('Priority: $', size),
        told('My.Tag: $', size),
        told('My.Bid: $', rate),
        fc.constant('Requires: their.Load * my.Cpus < my.Priority + their.Cost * 20'),
        fc.constantFrom('Requires: my.Priority > 3 or their.Software has "gcc4"', 'Requires: my.Tag < 30'),
      ),
      fc.tuple(told('Cpus: $', few), told('Priority: $', size), told('Walltime: $ h', size)),
    )
    .map((headers) => ask(...headers)),
  { minLength: 300, maxLength: 300 },
);

/** So many that what they test is indexed. */
export const manyTells: fc.Arbitrary<Party[]> = fc.array(
  some(offered, 40).map((headers) => tell('t', ...headers)),
  { minLength: 100, maxLength: 100 },
);
