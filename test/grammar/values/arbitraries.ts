import fc from 'fast-check';
import { units } from '../../../grammar/values/units.ts';
import type { ClauseType } from '../../../grammar/vocabulary/row.ts';

export const types: readonly ClauseType[] = [
  ...(['string', 'number', 'whole', 'bytes', 'duration', 'frequency', 'rate', 'version'] as const),
  ...(['timestamp', 'seconds', 'money'] as const),
];

const numeral = fc.oneof(
  fc.integer({ min: -5, max: 1e9 }).map(String),
  fc.tuple(fc.nat(99), fc.nat(9999)).map(([whole, places]) => `${whole}.${places}`),
  fc.constantFrom(
    '0',
    '-0',
    '00',
    '1e3',
    '1E-3',
    '-1.5e+2',
    '9'.repeat(15),
    '9'.repeat(30),
    `0.${'3'.repeat(20)}`,
  ),
);
const blank = fc.constantFrom('', ' ', '  ', '\t');
const unit = fc.constantFrom(...units.keys(), 'm', 'K', 'GIB', 'gib', '%', 'Mb/s');
const word = fc.constantFrom(
  'gcc',
  'x86_64',
  'v12',
  'v',
  'true',
  'True',
  'any',
  'é',
  '4.0.2',
  'rc1',
  'a.b',
  'not',
  '7zip',
);
const currency = fc.constantFrom('EUR', 'GRIDCOIN2', 'EU', 'eur', 'MIN', 'EUR/h', 'EUR/cpu-h', 'EUR/km');

/** Texts that nearly are values, and those that are, of every type. */
export const literalTexts: fc.Arbitrary<string> = fc
  .oneof(
    numeral,
    fc.tuple(numeral, blank, unit).map((parts) => parts.join('')),
    fc
      .array(
        fc.tuple(numeral, unit).map((parts) => parts.join(' ')),
        { maxLength: 3 },
      )
      .map((all) => all.join(' ')),
    fc
      .array(fc.tuple(numeral, blank, fc.constantFrom('h', 'min', 's', 'hs', 'h/s', 'e'), blank), {
        minLength: 1,
        maxLength: 3,
      })
      .map((all) => all.flat().join('')),
    fc.tuple(numeral, blank, currency).map((parts) => parts.join('')),
    fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
    fc
      .tuple(word, fc.constantFrom('-', '.', '..', '/', ':', '<', '~', '  '), word)
      .map((parts) => parts.join('')),
    fc.constantFrom(
      '2026-12-01',
      '2026-12-01T18:00Z',
      '2026-12-01T18:00',
      '2026-02-29',
      '2026-12-01T24:00Z',
      '2026-12-01T18:00:30.5+01:00',
      '10.0.0.1',
      '10.0.0.1:80',
      '256.0.0.1',
      '001.2.3.255',
      '1.2.3.4.5',
      '1.2.3.4rc',
      '1.2.3.',
      '1.2.3..4',
      '1.2',
      'v1.2.3',
      'V1.2.3',
      '-1.2.3',
      'é x  y',
      '"é"',
      '"\ud800"',
      'a\u00a0b',
    ),
    fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
    fc.constantFrom(
      '"a, b"',
      '"1..2"',
      '"<a@b.c>"',
      '"not a"',
      '"a"b"',
      '"a", "b"',
      '1..2',
      'a..b',
      '..',
      'any x',
    ),
    fc.string({ maxLength: 6, unit: fc.constantFrom(...'aZ_0v1.-+/: |,("\\%é') }),
    fc
      .array(fc.constantFrom('0', '1', '25', '255', '256', '999', 'rc1', ''), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join('.')),
    fc
      .tuple(
        fc.constantFrom('', '-', 'v', '+'),
        numeral,
        fc.constantFrom('%', ' %', '  %', ' EUR', ' EUR/h', '.5.6', '-12-01'),
      )
      .map((parts) => parts.join('')),
  )
  .map((text) => text.trim());
