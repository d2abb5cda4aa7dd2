import { expect } from 'chai';
import fc from 'fast-check';
import { holds, holdsPlainly } from '../../../grammar/tests/evaluate.ts';
import { readTest } from '../../../grammar/tests/read.ts';
import type { Test } from '../../../grammar/tests/test.ts';
import type { Fact } from '../../../grammar/values/fact.ts';
import { readValue } from '../../../grammar/values/read.ts';
import type { Value } from '../../../grammar/values/value.ts';

const texts = [
  'a',
  'b',
  'gcc',
  'gcc4.1',
  'gcc-5',
  'gcc-v6',
  '1',
  '2',
  '5',
  '-1',
  '2 GiB',
  '3 MB',
  '2 h',
  '90 min',
];
const more = [
  '4.0.2',
  '4.0',
  '5.0.0-rc1',
  'v12',
  'true',
  'false',
  '2 EUR',
  '3 EUR',
  '3 EUR/h',
  '2 USD',
  '2026-12-01',
];
const literals = [...texts, ...more, '2027-01-01', '1.2.3', '4.0.2.0', '1 kB', '0'];

function literalOf(text: string): Value {
  const read = readValue(undefined, text);
  if ('problem' in read) throw new Error(`${text}: ${read.problem}`);
  return read.value;
}

/** Sets of values that mostly are of one kind, for then most can be told. */
const largeSet: fc.Arbitrary<Fact> = fc
  .oneof(fc.constantFrom(...literals), fc.constantFrom('', 'number', 'version', 'string'))
  .chain((one) => {
    const kind = literals.includes(one) ? literalOf(one).kind : undefined;
    const pool = literals.map(literalOf).filter((value) => kind === undefined || value.kind === kind);
    return fc.array(fc.constantFrom(...pool), { minLength: 16, maxLength: 24 });
  })
  .map((values) => ({ values, text: '' }));

const leaf = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', '== ', '!= ', '< ', '<= ', '> ', '>= ', 'has ', 'not '),
      fc.constantFrom(...literals),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '1..2',
    '2..',
    '..2',
    '1 h..3 h',
    '1 EUR..3 EUR',
    '4.0.0..4.9.0',
    '~ /c[0-9]/',
    'any',
    'unsaid',
  ),
  fc.constantFrom('gcc (>= 4)', 'gcc (4.1 | 6)', 'not gcc (< 5)', 'b (1)', '"gcc-" (5)'),
  fc.constantFrom('(a, not b)', '(1 | 5)', 'not (2, 5)'),
);

const longTest: fc.Arbitrary<Test> = fc
  .tuple(fc.array(leaf, { minLength: 8, maxLength: 14 }), fc.constantFrom(', ', ' | '))
  .map(([parts, separator]) => {
    const read = readTest(undefined, parts.map((part) => `(${part})`).join(separator));
    if ('problem' in read) throw new Error(read.problem);
    return read.test;
  });

describe('a long test of a large set', () => {
  it('comes to what each test put to each member comes to', () => {
    const seen = new Set<boolean | undefined>();
    fc.assert(
      fc.property(longTest, largeSet, (test, fact) => {
        const truth = holds(test, fact);
        seen.add(truth);
        expect(truth).to.equal(holdsPlainly(test, fact));
      }),
      { numRuns: 4000 },
    );
    expect([...seen]).to.have.members([true, false, undefined]);
  });
});

describe('the bounds of a test', () => {
  const many = (count: number, part: (index: number) => string, separator = ' | ') =>
    Array.from({ length: count }, (_, index) => part(index)).join(separator);

  it('are 1,024 values, ranges, words and expressions', () => {
    expect(
      readTest(
        undefined,
        many(1024, (index) => `${index}`),
      ),
    ).to.have.property('test');
    expect(
      readTest(
        undefined,
        many(1025, (index) => `${index}`),
      ),
    ).to.deep.equal({
      problem: 'has more than 1024 values',
      at: 6058,
    });
    expect(
      readTest(
        undefined,
        many(1025, () => '1..2', ','),
      ),
    ).to.have.property('problem', 'has more than 1024 values');
    expect(
      readTest(
        undefined,
        many(1025, () => 'any', ','),
      ),
    ).to.have.property('problem', 'has more than 1024 values');
  });

  it('are 32 values in the brackets after names', () => {
    expect(
      readTest(
        undefined,
        many(16, (index) => `a${index} (>= 1, < 2)`),
      ),
    ).to.have.property('test');
    expect(readTest(undefined, `${many(16, (index) => `a${index} (>= 1, < 2)`)} | b (1)`)).to.have.property(
      'problem',
      'has more than 32 values in the brackets after names',
    );
  });

  it('are the steps of all its regular expressions together', () => {
    expect(
      readTest(
        undefined,
        many(20, () => '~ /abc/'),
      ),
    ).to.have.property('test');
    expect(
      readTest(
        undefined,
        many(60, () => '~ /abc/'),
      ),
    )
      .to.have.property('problem')
      .that.matches(/the expressions of one header are too large/);
  });
});
