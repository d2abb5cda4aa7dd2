import { queryObjects } from 'node:v8';
import { expect } from 'chai';
import fc from 'fast-check';
import { Lexicon } from '../../../grammar/documents/lexicon.ts';
import { Line } from '../../../grammar/documents/line.ts';
import { LineMemo } from '../../../grammar/documents/line-memo.ts';
import { Name } from '../../../grammar/documents/name.ts';
import { plainHeader } from '../../../grammar/plain-lines.ts';

const lineOf = (text: string, name = new Name('X')): Line => {
  const header = plainHeader(text, 0, text.length);
  if (header === undefined) throw new Error('a header, please');
  return new Line(name, header.value, text);
};

describe('a lexicon', () => {
  it('has for each line the header that it is, whatever came before', () => {
    const lexicon = new Lexicon();
    const lines = fc.array(
      fc.tuple(
        fc.constantFrom('A', 'a', 'B', 'My.A', 'not a name'),
        fc.constantFrom(':', ': '),
        fc.nat({ max: 20 }),
      ),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(lines, (parts) => {
        const texts = parts.map((part) => part.join(''));
        let before: Line | undefined;
        let at = 0;
        for (const text of texts) {
          const line = lexicon.line(texts.join('\n'), at, at + text.length, before);
          const header = line && { name: line.name, value: line.value };
          expect(header, text).to.deep.equal(plainHeader(text, 0, text.length));
          before = line;
          at += text.length + 1;
        }
      }),
    );
  });

  it('has one line for all that are the same', () => {
    const lexicon = new Lexicon();
    const text = 'Arch: x86_64';
    const line = lexicon.line(text, 0, text.length, undefined);
    expect(lexicon.line(`${text}\n`, 0, text.length, line)).to.equal(line);
    expect(lexicon.lineOf({ name: 'Arch', value: 'x86_64' })).to.equal(line);
  });

  it('lets names go that it has forgotten, though one is kept that they came after', () => {
    const namesHeld = () => queryObjects(Name, { format: 'count' });
    const lexicon = new Lexicon();
    const [count, before] = [20_000, namesHeld()];
    const read = (text: string, after?: Line) => lexicon.line(text, 0, text.length, after);
    const first = read('First: 1');
    let last = first;
    for (let number = 0; number < count; number += 1) last = read(`Name${number}: 1`, last);
    // Of what is kept there are some thousands.
    expect(namesHeld() - before).to.be.lessThan(count / 2);
    expect([first?.known.written, last?.name]).to.deep.equal(['First', `Name${count - 1}`]);
  });
});

describe('a name', () => {
  it('keeps lines that come again, and lets those pass that do not until it tries again', () => {
    const [coming, passing] = [new Name('Arch'), new Name('Id')];
    for (let count = 0; count < 10_000; count += 1) {
      coming.kept();
      coming.found();
      if (!passing.isPassing) passing.kept();
    }
    expect(coming.isPassing).to.equal(false);
    expect(passing.isPassing).to.equal(true);
    let passed = 0;
    for (; passing.isPassing && passed < 100_000; passed += 1) passing.passed();
    expect(passed).to.be.within(1000, 99_999);
  });
});

describe('lines that are kept', () => {
  const name = new Name('X');
  const bounds = { lines: 16, characters: 1000, longest: 20 };
  const find = (memo: LineMemo, text: string) => memo.find(name, `A: b\n${text}\n`, 5, 5 + text.length);

  it('are found by their text alone, wherever it stands', () => {
    const values = fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 40 });
    fc.assert(
      fc.property(values, (kept) => {
        const memo = new LineMemo({ ...bounds, characters: 1_000_000 });
        for (const value of kept) {
          const text = `X: ${value}`;
          memo.keep(new Line(name, value, text));
          expect(find(memo, text)).to.have.property('text', text);
          expect(find(memo, `${text}.`)?.text ?? `${text}.`).to.equal(`${text}.`);
        }
      }),
    );
  });

  it('stay while they are asked for, and go when others have come in their place', () => {
    const memo = new LineMemo(bounds);
    memo.keep(lineOf('X: kept', name));
    memo.keep(lineOf('X: forgotten', name));
    for (let count = 0; count < 20; count += 1) {
      memo.keep(lineOf(`X: ${count}`, name));
      expect(find(memo, 'X: kept')).to.have.property('value', 'kept');
    }
    const left = Array.from({ length: 20 }, (_, count) => find(memo, `X: ${count}`)).filter(Boolean);
    expect(left.length).to.be.within(1, bounds.lines);
  });

  it('go together when they are too much together', () => {
    const memo = new LineMemo({ lines: 1024, characters: 1000, longest: 20 });
    memo.keep(lineOf('X: first', name));
    for (let count = 0; count < 30; count += 1) memo.keep(lineOf(`X: ${count}`, name));
    expect(find(memo, 'X: first')).to.equal(undefined);
    expect(find(memo, 'X: 29')).to.have.property('value', '29');
  });

  it('are not long', () => {
    const memo = new LineMemo(bounds);
    expect(memo.takes(20)).to.equal(true);
    expect(memo.takes(21)).to.equal(false);
  });
});
