import fc from 'fast-check';
import { askHead, tellHead } from './support.ts';

const blank = fc.constantFrom('', ' ', '  ', '\t');
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(''));

const texts = fc.constantFrom(
  'gcc',
  'x86_64',
  'Debian  GNU/Linux',
  '"a, b"',
  '7zip',
  'sse4.2',
  '4.0.2',
  'eu-north',
);
const bytes = joined(fc.integer({ min: 1, max: 99 }).map(String), blank, fc.constantFrom('GiB', 'MB', 'B'));
const numbers = fc.constantFrom('8', '0.50', '1e3', '5%', '64');
const versions = fc.constantFrom('12.4', 'v12.4', '22.04', '5.0-rc1');
const spans = fc.constantFrom('2 h', '1h 30min', '90min', '0.5d');
const any = fc.oneof(
  bytes,
  numbers,
  spans,
  fc.constantFrom('"7zip"', 'abc', '4.0.2', '2026-12-01', '2 EUR', 'true'),
);

/** Each name of the table with what it may say of itself. */
const facts: Readonly<Record<string, fc.Arbitrary<string>>> = {
  Application: texts,
  features: texts,
  'OS-version': versions,
  'gpu-memory': bytes,
  Latency: spans,
  load: numbers,
  'X-one': any,
  x_Two: any,
};

const separator = joined(blank, fc.constant(','), blank);
const setsOf = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(value, separator, value).chain(([a, comma, b]) => fc.constantFrom(a, `${a}${comma}${b}`));

const operator = fc.constantFrom('', '==', '!=', 'not ');
const testsOf = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    joined(operator, blank, value),
    joined(fc.constant('('), blank, value, fc.constantFrom(',', ' | '), value, blank, fc.constant(')')),
    joined(value, separator, operator, value),
    fc.constantFrom('any', 'unsaid', 'not  any'),
  );

const header = (name: string, values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(name, name.toUpperCase(), `${name}?`), blank, values)
    .map(([written, gap, value]) => `${written}:${gap}${value}\n`);

const others = Object.entries(facts);
const envelope = [
  header('Title', fc.constantFrom('one  line', '')).filter((text) => !text.includes('?')),
  fc.constantFrom(
    'Expires: 15min\n',
    'expires: 2026-12-01\n',
    'note: a\nNote: b\n',
    'Limit:  3\n',
    '# a comment\n',
  ),
  fc.constantFrom('Understands: time ,deadline\n', 'understands:\n', 'Poll: [::1]:8\n'),
];

const oneOfEach = (parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((part) => fc.option(part, { nil: '', freq: 2 })))
    .chain((lines) =>
      fc.shuffledSubarray(lines, { minLength: lines.length }).map((shuffled) => shuffled.join('')),
    );

const terms = fc.constantFrom(
  'Requires: their.Load<3 and not( my.x_two in("a","b") )\n',
  'PREFER: their.arch ?? "x" == "x86_64"\n',
  'Requires: known(their.X-one)\n',
);

/** Tells that are valid, in any spelling. */
export const tells: fc.Arbitrary<string> = fc
  .tuple(
    oneOfEach([
      ...envelope,
      ...others.map(([name, value]) => header(name, setsOf(value))),
      ...others.map(([name, value]) => header(`Their.${name}`, testsOf(value))),
      header('My.Features', texts),
      header('cpus', fc.constant('64')).filter((text) => !text.includes('.')),
      header('Owner', testsOf(texts)),
      header('walltime', fc.constantFrom('<=24h', '1 h..2 h', '.. 24 h')),
      fc.constantFrom('price: 0.03 EUR/cpu-h+0.05   EUR/job\n', 'Price?: 1 EUR\nx: 1\nPrice?: 2 USD/h\n'),
    ]),
    fc.array(terms, { maxLength: 2 }),
  )
  .map(([headers, conditions]) => tellHead + headers + conditions.join(''));

/** Asks that are valid, in any spelling. */
export const asks: fc.Arbitrary<string> = fc
  .tuple(
    oneOfEach([
      ...envelope,
      ...others.map(([name, value]) => header(name, testsOf(value))),
      ...others.map(([name, value]) => header(`My.${name}`, setsOf(value))),
      header('Memory', fc.constantFrom('16..64GiB', '>=2 GB', '== 1GiB', '8 GiB ..')),
      header('Walltime', spans),
      fc.constantFrom(
        'Budget: 1 EUR\ncpus: 8\nbudget: 2 USD\n',
        'PRICE: <=0.05 EUR/cpu-h\n',
        'Rank: -their.Load*2\n',
      ),
      fc.constantFrom('Features: gcc(>=4,<5)\n', 'X-one: ~/a\\/b/i\n', 'features: not(a|b)\n'),
    ]),
    fc.array(terms, { maxLength: 2 }),
  )
  .map(([headers, conditions]) => askHead + headers + conditions.join(''));
