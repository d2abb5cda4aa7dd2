import { expect } from 'chai';
import fc from 'fast-check';
import { findingsOf } from '../../../grammar/checks/index.ts';
import { sizeOfTest } from '../../../grammar/documents/size.ts';
import { testBounds } from '../../../grammar/tests/bounds.ts';
import { plainTestValues } from '../../../grammar/tests/plain-bytes.ts';
import { printTest } from '../../../grammar/tests/print.ts';
import { readTestByRule } from '../../../grammar/tests/read.ts';
import type { ClauseType } from '../../../grammar/vocabulary/row.ts';
import { documentOf, tellHead } from '../documents/support.ts';
import { literalTexts, types } from '../values/arbitraries.ts';

/** How many values a text surely has as a test, which is only asked of visible characters without blanks around them. */
const valuesOf = (type: ClauseType | undefined, text: string): number => {
  const line = `: ${text}\n`;
  const isAsked = /^[!-~](?:[ -~]*[!-~])?$/.test(text);
  return isAsked ? plainTestValues(type, new TextEncoder().encode(line), 2, line.length - 1, line) : 0;
};

const signs = fc.constantFrom('<', '<=', '>', '>=', '==', '!=', '<>', '~', '=', 'has');
const numbers = fc.constantFrom(
  '0',
  '-0',
  '0.0225',
  '-1.5',
  '1e3',
  '1.',
  '.5',
  '123456789012345',
  '1234567890123456',
);
const units = fc.constantFrom(
  ' GiB',
  'GiB',
  ' kB',
  ' min',
  ' GHz',
  ' Mbit/s',
  ' %',
  ' eur',
  ' EUR/h',
  ' h 5 min',
  '  s',
);
const words = fc.oneof(
  literalTexts,
  fc.constantFrom(
    'atlas',
    'cms 2',
    'a',
    'not',
    'not a',
    'notes',
    'any',
    'has',
    'unsaid',
    'unsaid-x',
    'v',
    'v1',
    'True',
    'a..b',
  ),
);
const texts = fc.oneof(
  fc.tuple(signs, fc.constantFrom(' ', '', '  '), fc.oneof(numbers, words)).map((parts) => parts.join('')),
  fc.tuple(signs, fc.constant(' '), numbers, units).map((parts) => parts.join('')),
  fc
    .tuple(fc.array(words, { minLength: 1, maxLength: 4 }), fc.constantFrom(' | ', ' | ', '|', ' |', ', '))
    .map(([all, separator]) => all.join(separator)),
);
const someType = fc.constantFrom<ClauseType | undefined>(undefined, undefined, 'string', ...types);

describe('a test that is known by its bytes', () => {
  it('is read as one of so many values, and printed as it is written', () => {
    fc.assert(
      fc.property(someType, texts, (type, text) => {
        const values = valuesOf(type, text);
        fc.pre(values > 0);
        const read = readTestByRule(type && { type, example: '' }, text);
        if ('problem' in read) throw new Error(`a test, please: ${text}`);
        expect([printTest(read.test), sizeOfTest(read.test).values]).to.deep.equal([text, values]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is one that nothing is remarked of', () => {
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(valuesOf(undefined, text) > 0);
        expect(findingsOf(documentOf(`${tellHead}Their.Bid: ${text}\n`)), text).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is what many Tells ask for', () => {
    for (const text of ['>= 0.0225', '<= 4096 MB', '< -1', '> 2 h', 'atlas', 'atlas | lhcb | virgo 2']) {
      expect(valuesOf(undefined, text), text).to.be.greaterThan(0);
    }
    expect(valuesOf('bytes', '<= 4096 MB')).to.equal(1);
    expect(valuesOf('string', 'a | b')).to.equal(2);
  });

  it('is none that is something else, is printed otherwise, or wants something unusual', () => {
    const others = [
      '8',
      '8 GiB',
      '== 8',
      '>=8',
      '>=  8',
      '>= 8  GiB',
      '>= 8GiB',
      '>= a',
      '>= 1e3',
      'a|b',
      'a, b',
      'a |',
    ];
    for (const text of [
      ...others,
      '| a',
      'not a',
      'a | unsaid',
      'any',
      '1..2',
      '"a"',
      'v2 | v3',
      '>',
      '>= ',
      'a | 8',
    ])
      expect(valuesOf(undefined, text), text).to.equal(0);
    expect(valuesOf('duration', '<= 8 GiB')).to.equal(0);
    expect(valuesOf('bytes', '<= 8')).to.equal(0);
    expect(valuesOf('version', 'a | b')).to.equal(0);
  });

  it('has no more values than a test may have', () => {
    const list = (count: number) => Array.from({ length: count }, () => 'a').join(' | ');
    expect(valuesOf(undefined, list(testBounds.values))).to.equal(testBounds.values);
    expect(valuesOf(undefined, list(testBounds.values + 1))).to.equal(0);
  });
});
