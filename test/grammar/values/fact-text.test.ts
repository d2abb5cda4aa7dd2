import { expect } from 'chai';
import fc from 'fast-check';
import { factOf, isPlainWords, isSaidByText } from '../../../grammar/values/fact-text.ts';
import { plainValues } from '../../../grammar/values/plain-bytes.ts';
import { readFact } from '../../../grammar/values/read-fact.ts';
import type { ClauseType } from '../../../grammar/vocabulary/row.ts';
import { literalTexts, types } from './arbitraries.ts';

/** Texts near the border of what is one plain value, and of what is a set of words. */
const pieces = fc.constantFrom(
  ...['a', 'v1', 'v', 'true', 'False', 'not', 'has', 'any', 'unsaid', 'nothing', 'Infinity', 'e5', '_x', 'é'],
  ...[
    '0',
    '-0',
    '042',
    '1.5',
    '.',
    '..',
    ',',
    ', ',
    ' ',
    '  ',
    '"',
    '\\',
    '|',
    '(',
    '-',
    '+',
    '1',
    '1 GiB',
    '%',
  ],
);
const texts = fc.oneof(
  literalTexts,
  fc.array(pieces, { minLength: 1, maxLength: 5 }).map((all) => all.join('')),
  fc.array(pieces, { minLength: 1, maxLength: 4 }).map((all) => all.join(', ')),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.string().map((text) => JSON.stringify(text)),
);
/** How many values a text surely has as a fact, which is only asked of visible characters without blanks around them. */
const valuesOf = (type: ClauseType | undefined, text: string): number =>
  /^[!-~](?:[ -~]*[!-~])?$/.test(text)
    ? plainValues(type, new TextEncoder().encode(`: ${text}\n`), 2, text.length + 2)
    : 0;
const saysAll = (type: ClauseType | undefined, text: string): boolean => valuesOf(type, text) > 0;

const someType = fc.constantFrom<ClauseType | undefined>(undefined, ...types);

describe('a text that says all of a fact', () => {
  it('is read as the fact that it says', () => {
    fc.assert(
      fc.property(someType, texts, (type, text) => {
        fc.pre(valuesOf(type, text) > 0);
        const fact = readFact(type && { type, example: '' }, text, false);
        expect(fact, text).to.deep.equal(factOf(text));
        if ('problem' in fact) throw new Error('a fact, please');
        expect([isSaidByText(fact), valuesOf(type, text)], text).to.deep.equal([true, fact.values.length]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is what nearly all Tells say', () => {
    const said = [
      'X86_64',
      'wn000005.pic.es',
      'Rocky 9',
      'nikhef.nl',
      '10300',
      '-0.034',
      '"<127.0.0.1:5?sock=a>"',
    ];
    for (const text of [...said, 'python3.11, gcc12, root6.30'])
      expect(saysAll(undefined, text), text).to.equal(true);
    expect(saysAll('string', 'LINUX')).to.equal(true);
    expect(saysAll('number', '0.5')).to.equal(true);
  });

  it('is none that is another value than it looks like, or is printed otherwise', () => {
    const others = [
      '',
      'true',
      'v12',
      '4.0.2',
      '-0',
      '1e3',
      '1 GiB',
      'not a',
      'any',
      'a..b',
      'a,b',
      'a,  b',
      '"\\n"',
    ];
    for (const text of [...others, 'Infinity', 'a | b', '2026-12-01', 'a  b', '1, 2', 'a, 2', '"']) {
      expect(saysAll(undefined, text), text).to.equal(false);
    }
    expect(saysAll('string', '8')).to.equal(false);
    expect(saysAll('version', 'a')).to.equal(false);
  });

  it('of one string is no set', () => {
    expect(isPlainWords('a b')).to.equal(true);
    expect(isPlainWords('a, b')).to.equal(false);
  });
});
