import { expect } from 'chai';
import fc from 'fast-check';
import { type Bounds, defaultBounds, scan } from '../../grammar/index.ts';
import { plainHeader, plainLines } from '../../grammar/plain-lines.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What ends a line, and what makes one no plain one, among what is plain. */
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('Cpus: 8', 'Arch:x86_64', 'My.Load?: 3', 'Title:', 'Title: ', 'Note:\tä b'),
  },
  fc.constantFrom('#', ' more', '', ' ', '\r', 'no header', 'Cpus : 8', 'Cpus:  8', 'Cpus: 8 ', 'Title: \r'),
  fc.constantFrom(
    'Note: a\rb',
    'Note: a\u0000',
    'Note: \ud800',
    '\ufeffCpus: 8',
    'SLA-version: 1.0',
    'Note: 😀',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const version = fc.constantFrom(
  'SLA-version: 1.0',
  'resource-version:0.1',
  'SLA-version : 1',
  'Cpus: 8',
  '#',
  '',
);
const end = fc.constantFrom('\n', '\n', '\n', '\r\n');
const texts = fc
  .tuple(
    version,
    end,
    fc.array(fc.tuple(line, end), { maxLength: 8 }),
    fc.constantFrom('', '\n', '\n\n', 'Cpus: 1'),
  )
  .map(([first, feed, lines, last]) => [first, feed, ...lines.flat(), last].join(''));

const small: Bounds = { documentBytes: 60, headers: 3, headerBytes: 18, diagnostics: 2 };

describe('text in which every line is a header', () => {
  it('is framed as its bytes are, and so is every other text', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(defaultBounds, small), (text, bounds) => {
        expect(scan(text, bounds)).to.deep.equal(scan(bytesOf(text), bounds));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes the short path, and what is not sure does not', () => {
    const plain = (text: string) => plainLines(text, defaultBounds, plainHeader);
    expect(plain('A: 1\nB:2\nC:\n')).to.deep.equal({
      headers: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
        { name: 'C', value: '' },
      ],
      offsets: [0, 5, 9],
    });
    for (const text of [
      'A: 1\n 2\n',
      '# a\nA: 1\n',
      'A: 1\n\nB: 2\n',
      'A:  1\n',
      'A: 1 \n',
      'A: 1\r\n',
      'A\n',
    ]) {
      expect(plain(text), text).to.equal(undefined);
    }
  });
});
