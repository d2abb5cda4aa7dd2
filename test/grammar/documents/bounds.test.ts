import { expect } from 'chai';
import { valueBounds } from '../../../grammar/documents/bounds.ts';
import { defaultBounds, printDocument1 } from '../../../grammar/index.ts';
import { askHead, readingOf, sentencesOf, tellHead } from './support.ts';

const most = defaultBounds.headerBytes;
const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

/** A text in quotes of so many bytes in all. */
const textOf = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;

describe('what is said under one name', () => {
  it('has at most 8,192 bytes in all its lines', () => {
    const [half, rest] = [textOf(most / 2), textOf(most / 2 - 2)];
    expect(sentencesOf(`${tellHead}Features: ${half}\nMy.Features: ${rest}\n`)).to.deep.equal([]);
    // As many characters, and a byte more.
    const longer = `${rest.slice(0, -2)}é"`;
    expect(sentencesOf(`${tellHead}Features: ${half}\nFeatures: ${longer}\n`)).to.deep.equal([
      'line 6, column 1: Features has more than 8192 bytes in all its lines',
    ]);
    const many = lines(1000, () => 'Features: avx2, sse4.2, amx\n');
    expect(sentencesOf(tellHead + many).at(-1)).to.equal('the rest of this document was not read');
  });

  it('has at most 8,192 bytes in canonical text, so that what was read can be read again', () => {
    expect(sentencesOf(`${tellHead}X: ${'a,'.repeat(4000)}a\n`)).to.deep.equal([
      'line 5, column 1: X has more than 8192 bytes in canonical text',
    ]);
  });
});

describe('a document', () => {
  it('has at most 65,536 bytes in canonical text', () => {
    // A blank is added to each.
    const notes = (count: number) => tellHead + lines(count, () => `Note:${'x'.repeat(58)}\n`);
    expect(sentencesOf(notes(1000))).to.deep.equal([]);
    expect(sentencesOf(notes(1015))).to.deep.equal([
      'line 1, column 1: a document has at most 65536 bytes, and the canonical text of this one has more',
    ]);
  });

  it('has at most 4,096 values in its sets, tests, expressions and prices', () => {
    const ofFive = 'X: a, b, not c, (d | e)\n';
    const count = Math.floor((valueBounds.values - 3) / 5);
    const head = `${askHead}Requires: their.X\nRequires: not their.X\n`;
    expect(sentencesOf(head + lines(count, () => ofFive))).to.deep.equal([]);
    expect(sentencesOf(head + lines(count + 1, () => ofFive))).to.deep.equal([
      `line ${6 + count}, column 4: X is beyond the bound of a document: at most 4096 values in its sets, tests, expressions and prices`,
    ]);
  });

  it('has as many values in a duration as that has parts', () => {
    const hours = (parts: number) => Array.from({ length: parts }, () => '1 h').join(' ');
    const [values, parts] = [valueBounds.values, valueBounds.expressionParts];
    const beyond = (line: number, column: number, name: string, bound: string) =>
      `line ${line}, column ${column}: ${name} is beyond the bound of a document: at most ${bound}`;
    const ofValues = `${values} values in its sets, tests, expressions and prices`;
    const whole = hours(2_000);
    for (const [kind, last] of [
      [tellHead, hours(values - 4_004)],
      [tellHead, `"1 h, 1 h 1 h", a, ${hours(values - 4_006)}`],
      [askHead, `>= ${hours(values - 4_003)}`],
      [askHead, `1 s..${hours(values - 4_003)}`],
      [askHead, `1 s | has ${hours(values - 4_004)}`],
    ] as const) {
      const side = kind === tellHead ? '' : '>= ';
      const text = `${kind}X: ${side}${whole}\nY: ${side}${whole}\nZ: ${last}`;
      expect(sentencesOf(`${text}\n`), last).to.deep.equal([]);
      const line = text.split('\n').length;
      expect(sentencesOf(`${text} 1 h\n`), last).to.deep.equal([beyond(line, 4, 'Z', ofValues)]);
    }
    const requires = `${askHead}Requires: their.X > ${hours(parts - 2)}`;
    expect(sentencesOf(`${requires}\n`)).to.deep.equal([]);
    expect(sentencesOf(`${requires} 1 h\n`)).to.deep.equal([
      beyond(4, 11, 'Requires', `${parts} values, names and operators in its expressions`),
    ]);
  });

  it('has at most 1,024 of them in its expressions', () => {
    // An operator, a name, a list and 509 days.
    const header = `Requires: their.X in (${lines(508, () => '2026-12-01, ')}2026-12-02)\n`;
    expect(sentencesOf(askHead + header + header)).to.deep.equal([]);
    expect(sentencesOf(`${askHead}${header}${header}Rank: their.Load\n`)).to.deep.equal([
      'line 6, column 7: Rank is beyond the bound of a document: at most 1024 values, names and operators in its expressions',
    ]);
  });

  it('has at most 1,600 steps in its regular expressions', () => {
    const header = (index: number) => `X${index}: ~ /a.{100}b/\n`;
    expect(sentencesOf(askHead + lines(15, header))).to.deep.equal([]);
    expect(sentencesOf(askHead + lines(17, header)).join()).to.include(
      'is beyond the bound of a document: at most 1600 steps in its regular expressions',
    );
    expect(sentencesOf(`${askHead}${lines(15, header)}Requires: their.X ~ /a.{200}b/\n`)).to.have.length(1);
  });

  it('is not read on after twenty errors, nor after a refused header of 8 KiB', () => {
    const sentences = sentencesOf(askHead + lines(100, () => 'Memory: many\n'));
    expect(sentences).to.have.length(defaultBounds.diagnostics + 1);
    expect(sentences.at(-1)).to.equal('the rest of this document was not read');
    const large = `X: ${'.'.repeat(most - 10)}\n`;
    expect(sentencesOf(askHead + lines(7, () => large))).to.have.length(2);
  });

  it('that is as large as may be is read again from its canonical text', () => {
    const reading = readingOf(tellHead + lines(7, (index) => `X${index}: ${'abcdefg, '.repeat(580)}a\n`));
    if (!('document' in reading) || !('envelope' in reading.document)) throw new Error('a document, please');
    const text = printDocument1(reading.document);
    const again = readingOf(text);
    expect(again).to.have.nested.property('document.text', text);
  });
});
