import { expect } from 'chai';
import fc from 'fast-check';
import { equal, order } from '../../../grammar/values/compare.ts';
import { membersOf } from '../../../grammar/values/fact.ts';
import { readByRule, readLiteral, readValue } from '../../../grammar/values/read.ts';
import { readFact, readMemberByRule } from '../../../grammar/values/read-fact.ts';
import { units } from '../../../grammar/values/units.ts';
import type { Value } from '../../../grammar/values/value.ts';
import { versionOf } from '../../../grammar/values/version.ts';
import type { ClauseType } from '../../../grammar/vocabulary/row.ts';
import { literalTexts, types } from './arbitraries.ts';

const second = 1000;
const mebi = 2 ** 20;

/** The kind of each text, by the first rule of section 4 that fits. */
const kinds: Readonly<Record<Value['kind'], readonly string[]>> = {
  string: [
    'gcc',
    '_x',
    'Debian GNU/Linux 12',
    '"7zip"',
    '10.0.0.1',
    '10.0.0.1:80',
    'éclair',
    'v2ray',
    'x86_64',
    'C<3',
  ],
  timestamp: ['2026-12-01', '2026-12-01T18:00Z', '2026-12-01T18:00:30.5+01:00'],
  version: ['4.0.2', '4.0.2rc1', '1.2.3.4.5', '300.0.0.1', 'v12.4', 'v12', 'v4.0.2-rc1', '10.0.0.1-rc1'],
  money: ['4.00 EUR', '-1 EUR', '0.03 EUR/cpu-h', '2 GRIDCOIN2', '999999999999999.999999999 EUR'],
  quantity: ['16 GiB', '16GiB', '1 h 30 min', '1h30min', '2.4 GHz', '10 Gbit/s', '1e3 B', '-5 min'],
  number: ['8', '-8', '0.5', '1e9', '1E-9', '5 %', '12.10', '007'],
  boolean: ['true', 'false'],
};

const noValues = [
  ...[
    '',
    '.5',
    '5.',
    '+1',
    '1e',
    '1e400',
    '16 GIB',
    '5 m',
    '512 K',
    '16 gib',
    '2 eur',
    '2 EU',
    '2 EUR/km',
    '2EUR',
  ],
  ...[
    'True',
    'FALSE',
    '1 GiB 512 MiB',
    '1 h 2 GiB',
    '1 h -2 min',
    '7zip',
    '"a',
    '"\\x"',
    '"\\ud800"',
    'a, b',
    'a | b',
  ],
  ...[
    '2026-13-01',
    '2026-02-30',
    '2026-12-01T18:00',
    '2026-12-01T24:00Z',
    '2026-12-01T18:00:60Z',
    '1..2',
    '4.0..2',
  ],
  ...['1000000000000000 EUR', '0.1234567890 EUR', '1e3 EUR', 'a (b)', '-', '?'],
];

describe('a value of a name without a type', () => {
  for (const [kind, texts] of Object.entries(kinds)) {
    it(`is a ${kind} by the first rule that fits the whole`, () => {
      for (const text of texts) expect(readLiteral(text)?.kind, text).to.equal(kind);
    });
  }

  it('is refused where no rule fits, with a sentence', () => {
    for (const text of noValues) {
      const read = readValue(undefined, text);
      expect('problem' in read ? read.problem : undefined, text).to.be.a('string');
    }
  });

  it('that has an ambiguous unit is refused with the two things that it could mean', () => {
    const problem = (text: string) => {
      const read = readValue(undefined, text);
      return 'problem' in read ? read.problem : '';
    };
    expect(problem('5 m')).to.equal("whose 'm' could be min (minutes) or ms (milliseconds)");
    expect(problem('512 K')).to.equal("whose 'K' could be kB (1000 bytes) or KiB (1024 bytes)");
    expect(problem('16 GIB')).to.equal("and the unit is written 'GiB'");
    expect(problem('16 gib')).to.equal("and the unit is written 'GiB'");
    expect(problem('TRUE')).to.equal("which is written 'true'");
  });

  it('says what it says', () => {
    expect(readLiteral('"a\\u0062\\"c"')).to.deep.equal({ kind: 'string', text: 'ab"c' });
    expect(readLiteral('Debian  GNU/Linux \t 12')).to.deep.equal({
      kind: 'string',
      text: 'Debian GNU/Linux 12',
    });
    expect(readLiteral('5 %')).to.deep.equal({ kind: 'number', value: 0.05 });
    expect(readLiteral('1.07 GB')).to.deep.equal(readLiteral('1070 MB'));
    expect(readLiteral('1 h 30 min')).to.deep.equal({ kind: 'quantity', dimension: 'duration', value: 5400 });
    expect(readLiteral('8 Gbit/s')).to.deep.equal({ kind: 'quantity', dimension: 'rate', value: 1e9 });
    const fee = { kind: 'money', currency: 'EUR', nano: 30_000_000n, per: 'cpu-h' };
    expect(readLiteral('0.03 EUR/cpu-h')).to.deep.equal(fee);
    const moment = Date.UTC(2026, 11, 1, 17, 0, 30);
    expect(readLiteral('2026-12-01T18:00:30+01:00')).to.deep.equal({ kind: 'timestamp', value: moment });
    expect(readLiteral('2026-12-01T17:00:30.0625Z')).to.deep.equal({
      kind: 'timestamp',
      value: moment + 62.5,
    });
    expect(readLiteral('1969-12-31T23:59:59.5Z')).to.deep.equal({ kind: 'timestamp', value: -second / 2 });
    expect(readLiteral('1969-12-31T23:59:59.99951171875Z')).to.deep.equal({
      kind: 'timestamp',
      value: -0.48828125,
    });
  });

  it('is the exact decimal times the exact factor, rounded once', () => {
    const decimal = fc.tuple(fc.bigInt(0n, 10n ** 30n), fc.integer({ min: 0, max: 25 }));
    const unit = fc.constantFrom(...units.entries());
    fc.assert(
      fc.property(decimal, unit, ([digits, places], [name, { mantissa, exponent }]) => {
        const padded = digits.toString().padStart(places + 1, '0');
        const whole = padded.slice(0, padded.length - places);
        const text = places === 0 ? whole : `${whole}.${padded.slice(-places)}`;
        const read = readLiteral(`${text} ${name}`);
        expect(read?.kind === 'quantity' ? read.value : undefined).to.equal(
          nearestDouble(digits * BigInt(mantissa), exponent - places),
        );
      }),
    );
  });
});

/** The nearest double of digits · 10^exponent, by comparing its neighbours with the exact fraction. */
function nearestDouble(digits: bigint, exponent: number): number {
  const [up, down] =
    exponent < 0 ? [digits, 10n ** BigInt(-exponent)] : [digits * 10n ** BigInt(exponent), 1n];
  if (up === 0n) return 0;
  const shift = 60 - (up.toString(2).length - down.toString(2).length);
  const scaled = shift < 0 ? up / (down << BigInt(-shift)) : (up << BigInt(shift)) / down;
  const isExact = shift < 0 ? up % (down << BigInt(-shift)) === 0n : (up << BigInt(shift)) % down === 0n;
  // More bits than a double holds, with a last one that says whether any are left: rounded once by the conversion.
  return Number((scaled << 1n) | (isExact ? 0n : 1n)) * 2 ** (-shift - 1);
}

describe('a value of a type', () => {
  const wrong: readonly (readonly [ClauseType, string, string])[] = [
    ['bytes', '2 h', 'a duration'],
    ['bytes', '16', 'a number'],
    ['bytes', 'lots', 'a text'],
    ['duration', '24', 'a number'],
    ['number', 'true', 'which is true or false'],
    ['number', '4.0.2', 'a version'],
    ['whole', '2.5', 'which is no whole number'],
    ['whole', '-1', 'which is below zero'],
    ['rate', '1 GB', 'an amount of data'],
    ['timestamp', '4 EUR', 'an amount of money'],
    ['money', '2026-12-01', 'a moment'],
    ['string', 'gcc (4)', "and a text with '(' in it stands in quotes"],
  ];

  it('is of that type, or it is said what it is', () => {
    for (const [type, text, problem] of wrong) expect(readValue(type, text), text).to.deep.equal({ problem });
  });

  it('may be any text for a string, and a number of seconds for a date', () => {
    expect(readValue('string', '7zip 16.02')).to.have.property('text', '7zip 16.02');
    expect(readValue('seconds', '34857934')).to.have.deep.property('value', {
      kind: 'timestamp',
      value: 34_857_934 * second,
    });
    expect(readValue('version', 'R2023a')).to.have.nested.property('value.kind', 'version');
    expect(readValue('bytes', '1 MiB')).to.have.nested.property('value.value', mebi);
  });

  it('is the same by the short path and by the grammar', () => {
    fc.assert(
      fc.property(fc.constantFrom(undefined, ...types), literalTexts, (type, text) => {
        expect(readValue(type, text)).to.deep.equal(readByRule(type, text));
      }),
      { numRuns: 3000 },
    );
  });

  it('is the same fact by the short path and by the grammar, or the same test where it is none', () => {
    fc.assert(
      fc.property(fc.constantFrom(undefined, ...types), literalTexts, (type, text) => {
        fc.pre(membersOf(text).length === 1);
        const wanted = type && { type, example: '' };
        expect(readFact(wanted, text, false)).to.deep.equal(readMemberByRule(wanted, text, 0));
      }),
      { numRuns: 3000 },
    );
  });

  it('of many digits is the nearest double by either path', () => {
    const decimals = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.nat(17))
      .map(([digits, places]) =>
        `${digits}`.padStart(places + 1, '0').replace(new RegExp(`(.{${places}})$`), '.$1'),
      )
      .map((text) => text.replace(/\.$/, ''));
    fc.assert(
      fc.property(decimals, fc.constantFrom('', ...units.keys()), (decimal, unit) => {
        const text = unit === '' ? decimal : `${decimal} ${unit}`;
        expect(readValue(undefined, text), text).to.deep.equal(readByRule(undefined, text));
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same once it was printed', () => {
    fc.assert(
      fc.property(fc.constantFrom(undefined, ...types), literalTexts, (type, text) => {
        const read = readValue(type, text);
        if ('value' in read) expect(readValue(type, read.text)).to.deep.equal(read);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('values', () => {
  it('of different types, dimensions, currencies or charges do not compare', () => {
    const texts = [
      'a',
      'true',
      '1',
      '1 B',
      '1 s',
      '1 Hz',
      '1 B/s',
      '2026-12-01',
      '1.0.0',
      '1 EUR',
      '1 USD',
      '1 EUR/h',
    ];
    const values = texts.map((text) => readLiteral(text)!);
    for (const [row, a] of values.entries()) {
      for (const [column, b] of values.entries()) {
        expect(equal(a, b), `${texts[row]} ${texts[column]}`).to.equal(row === column ? true : undefined);
        if (row !== column) expect(order(a, b)).to.equal(undefined);
      }
    }
  });

  it('that are strings or Booleans have no order', () => {
    expect(order(readLiteral('a')!, readLiteral('b')!)).to.equal(undefined);
    expect(order(readLiteral('false')!, readLiteral('true')!)).to.equal(undefined);
    expect(equal(readLiteral('a')!, readLiteral('A')!)).to.equal(false);
  });

  it('that are versions are ordered part by part', () => {
    const ascending = [
      ...[
        '5.0-dev',
        '5.0-pre',
        '5.0-preview',
        '5.0-alpha',
        '5.0-beta',
        '5.0-rc',
        '5.0-rc1',
        '5.0-RC2',
        '5.0-snapshot',
      ],
      ...['5', '5.0.0a', '5.0.0w', '5.0.0.1', '5.0.1', '5.1', '5.9', '5.10', '5.12345678901234567890', '50'],
    ].map(versionOf);
    for (const [row, a] of ascending.entries()) {
      for (const [column, b] of ascending.entries()) {
        expect(Math.sign(order(a, b)!), `${a.text} ${b.text}`).to.equal(Math.sign(row - column));
      }
    }
    for (const same of ['5.0', '5.0.0', '05', '5-', '5.0_0+'])
      expect(order(versionOf('5'), versionOf(same))).to.equal(0);
    expect(order(versionOf('R2023a'), versionOf('r2023b'))).to.be.lessThan(0);
  });
});
