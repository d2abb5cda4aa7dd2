import { expect } from 'chai';
import { findingsOf } from '../../../grammar/checks/index.ts';
import { readAnyDocument } from '../../../grammar/documents/read.ts';
import { defaultBounds, scan } from '../../../grammar/index.ts';
import { askHead, tellHead } from './support.ts';

/** As much as one header may hold. */
const most = defaultBounds.headerBytes - 200;
const filled = (unit: string, bytes = most): string => unit.repeat(Math.floor(bytes / unit.length));

const values: Readonly<Record<string, string>> = {
  'open brackets': filled('('),
  'brackets that close': `${filled('(', most / 2)}a${filled(')', most / 2)}`,
  'brackets after names': filled('a ('),
  nots: filled('not '),
  'nots and brackets': filled('not ('),
  'a long set': filled('a,'),
  'a long set of numbers': filled('1, '),
  'a long list of alternatives': `${filled('a | ')}a`,
  'a long list of bans': `${filled('not a, ')}a`,
  'a long list of ranges': `${filled('1..2, ')}3`,
  commas: filled(','),
  dots: filled('.'),
  'pairs of dots': filled('1..'),
  digits: filled('9'),
  'a long fraction': `0.${filled('3')}`,
  'a long fraction with a unit': `0.${filled('3')} GiB`,
  'a huge exponent': `1e${filled('9')}`,
  'a tiny exponent': `1e-${filled('9')}`,
  'durations that add': `1e900 s ${filled('1 ms ')}`,
  'durations of long fractions': filled(`0.${'1'.repeat(400)} s `),
  'a long version': filled('1.'),
  'a long version of words': `1.2.3${filled('a1')}`,
  'a long word': filled('a'),
  'many words': filled('a '),
  'many blanks': `a${filled(' ')}b`,
  'many tabs': `"a"${filled('\t')},b`,
  quotes: filled('"'),
  escapes: `"${filled('\\\\')}"`,
  'an open quote with escapes': `"${filled('\\"')}`,
  operators: filled('<'),
  equals: filled('='),
  'an expression that repeats itself': `~ /${filled('(a*)*')}b/`,
  'an expression of alternatives': `~ /${filled('a|')}b/`,
  'an expression with counts': '~ /((a{1,100}){1,100}){1,100}b/',
  'an expression of classes': `~ /${filled('[a-z]')}/`,
  slashes: `~ ${filled('/')}`,
  'letters of many scripts': filled('éあ'),
  'money with many digits': `${filled('9')} EUR`,
  'sums of money': `${filled('1 EUR + ')}1 EUR`,
  'names in a list': filled('a, '),
  'a long moment': `2026-12-01T18:00:00.${filled('9')}Z`,
  'minus signs': filled('-'),
  questions: `their.X${filled(' ?? their.X')}`,
  sums: `1${filled(' + 1')}`,
  conditions: `their.X${filled(' and their.X')}`,
};

const names = [
  'Cache',
  'Application',
  'Cpus',
  'Memory',
  'Walltime',
  'Os-Version',
  'Price',
  'Requires',
  'Rank',
  'Critical',
  'Explicit',
];

/** Far more than it takes, so that a busy machine does not fail it, and far less than what is not linear takes. */
const msPerKiB = 20;

function timeOf(text: string): number {
  const [framed] = scan(text);
  if (framed === undefined) throw new Error('a document, please');
  const began = performance.now();
  readAnyDocument(framed, defaultBounds, findingsOf);
  return performance.now() - began;
}

function expectSoon(text: string, title: string): void {
  const enough = (msPerKiB * text.length) / 1024;
  let ms = timeOf(text);
  // Once more where the machine may have had other work.
  for (let tries = 1; ms > enough && tries < 4; tries += 1) ms = timeOf(text);
  expect(ms, title).to.be.lessThan(enough);
}

describe('hostile text', () => {
  for (const [title, value] of Object.entries(values)) {
    it(`is read or refused at once: ${title}`, () => {
      for (const head of [askHead, tellHead]) {
        for (const name of names) {
          const text = `${head}${name}: ${value}\n`;
          expectSoon(text, name);
        }
      }
    });
  }

  it('is read or refused at once where it fills a document with headers', () => {
    const lines = (line: (index: number) => string, count: number) =>
      Array.from({ length: count }, (_, index) => line(index)).join('');
    const documents = [
      lines((index) => `X${index}: ${index}\n`, 1000),
      lines(() => 'Features: avx2, sse4.2, amx\n', 1000),
      lines((index) => `Price: 1 A${index}BC\n`, 1000),
      lines((index) => `Memor${index}: 1\n`, 1000),
      lines(() => 'Note: a\n', 1000),
      lines((index) => `Load: > ${index}, < ${index + 1}, 5 | 6\n`, 1000),
      lines((index) => `Their.Walltime: > ${index} h\n`, 1000),
      lines((index) => `Requires: their.X${index} > 3\n`, 1000),
      lines(() => `X: ${filled('a, ', 60)}\n`, 1000),
      lines((index) => `Budget: 1 A${index}BC\n`, 1000),
    ];
    for (const headers of documents) {
      for (const head of [askHead, tellHead]) {
        const text = head + headers;
        expectSoon(text, headers.slice(0, 40));
      }
    }
  });
});
