import { expect } from 'chai';
import fc from 'fast-check';
import { newFindings } from '../../../grammar/checks/index.ts';
import { type AnyReading, DocumentReader } from '../../../grammar/documents/read.ts';
import { Supply } from '../../../grammar/matching/supply.ts';
import { comparable, readingOf, tellHead } from './support.ts';

/** Names that Tells of one kind have, in the order in which they are sent: what is about the document stands between. */
const names = [
  'Machine',
  'Seq',
  'Arch',
  'Memory',
  'Mips',
  'Software',
  'Latency',
  'Load',
  'Owner',
  'Their.Bid',
  'Price',
];

const word = fc.constantFrom(
  'a',
  'gcc 12',
  'nikhef.nl',
  'v1',
  'true',
  '"a, b"',
  '"x"',
  'any',
  'é',
  '8',
  '-0',
  '1.50',
);
const values = fc.oneof(
  word,
  fc.array(word, { minLength: 2, maxLength: 4 }).map((all) => all.join(', ')),
  fc.array(word, { minLength: 2, maxLength: 4 }).map((all) => all.join(' | ')),
  fc.constantFrom(
    '16 GiB',
    '16.2 ms',
    '3',
    '>= 0.5',
    '<= 8',
    '0.03 EUR/cpu-h',
    'not a',
    '',
    '1..2',
    '(',
    'x'.repeat(300),
  ),
);

/** A value of each name that no other Tell has, as it is printed. */
const own: Readonly<Record<string, (number: number) => string>> = {
  Seq: (number) => `${number}`,
  Arch: () => 'X86_64',
  Memory: () => '16 GiB',
  Latency: (number) => `${number} ms`,
  Load: (number) => `0.${number}`,
  'Their.Bid': (number) => `>= ${number}`,
  Price: (number) => `${number} EUR/cpu-h`,
};

const tellOf = (saidUnder: (name: string) => string): string =>
  tellHead + names.map((name) => `${name}: ${saidUnder(name)}\n`).join('');
const tellOfOwn = (number: number): string =>
  tellOf((name) => (own[name] ?? ((n) => `w${n}, x${n}`))(number));

/** Has read so many Tells of one kind that it knows their form, and that lines of some names do not come again. */
function experienced(): DocumentReader {
  const reader = new DocumentReader({ findings: newFindings() });
  for (let number = 0; number < 600; number += 1) reader.readText(tellOfOwn(number));
  return reader;
}

/** A reading without what cannot be compared. */
const shape = (reading: AnyReading | undefined): string =>
  JSON.stringify(reading, (key, value: unknown) => {
    return key === 'expression' && typeof value === 'object'
      ? (value as { text?: string }).text
      : comparable(value);
  });

const changes = fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 3 });
const tellOfChanged = (number: number, changed: readonly (readonly [string, string])[]): string => {
  const of = new Map(changed);
  return tellOf((name) => of.get(name) ?? (own[name] ?? ((n) => `w${n}`))(number));
};

describe('a Tell of a form that is known', () => {
  const reader = experienced();

  it('is read as if it were the first, whatever it says', () => {
    fc.assert(
      fc.property(fc.nat(), changes, (number, changed) => {
        const text = tellOfChanged(number, changed);
        expect(shape(reader.readText(text)[0]), text).to.equal(shape(readingOf(text)));
      }),
      { numRuns: 500 },
    );
  });

  it('is read again as it was read first', () => {
    const again = new DocumentReader();
    fc.assert(
      fc.property(fc.nat(), changes, (number, changed) => {
        const reading = readingOf(tellOfChanged(number, changed));
        fc.pre('document' in reading && 'envelope' in reading.document);
        const { text } = reading.document;
        expect(shape(again.readAgain(text))).to.equal(
          shape({ ...reading, document: documentIn(text), warnings: [] }),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('has its canonical text, however it is laid out', () => {
    for (const change of [/: w1/, /Seq: 1/, /: 16 GiB/].map(
      (one) => (text: string) => text.replace(one, ':  9'),
    )) {
      const text = change(tellOfOwn(1));
      expect(shape(reader.readText(text)[0]), text).to.equal(shape(readingOf(text)));
    }
    const unended = tellOfOwn(1).trimEnd();
    expect(shape(reader.readText(unended)[0])).to.equal(shape(readingOf(unended)));
  });

  it('has its canonical text, however what is about the document is written', () => {
    for (const [canonical, ...others] of [
      ['Seq: 7', 'Seq: 007', 'Seq: -1', 'Seq: x'],
      ['Expires: 1 h', 'Expires: 1h', 'Expires: 60 min', 'Expires: soon'],
      ['Understands: time, guarantee', 'Understands: time,guarantee', 'Understands: '],
      ['Accepts-version: 0.1', 'Accepts-version: 0.1,1.0', 'Accepts-version: 1'],
    ] as const) {
      for (const header of [canonical, canonical, canonical, ...others, canonical]) {
        const text = `${tellHead}${header}\nArch: X86_64\n`;
        expect(shape(reader.readText(text)[0]), text).to.equal(shape(readingOf(text)));
      }
    }
  });

  it('may repeat what stands several times, and nothing that stands once', () => {
    const [conditions, prices] = [
      ['their.X > 1', 'their.Y > 2', 'their.X >'],
      ['1 EUR', '2 USD', '3 EUR'],
    ];
    for (const [name, values] of [
      ['Requires', conditions],
      ['Price', prices],
      ['Title', prices],
    ] as const) {
      for (const [first, second] of [
        [0, 1],
        [1, 0],
        [0, 1],
        [0, 2],
        [0, 1],
      ] as const) {
        const text = `${tellHead}Arch: X86_64\n${name}: ${values[first]}\n${name}: ${values[second]}\n`;
        expect(shape(reader.readText(text)[0]), text).to.equal(shape(readingOf(text)));
      }
    }
  });

  it('says the same to a table', () => {
    const [quick, slow] = [new Supply(), new Supply()];
    fc.assert(
      fc.property(fc.nat({ max: 50 }), changes, (number, changed) => {
        const text = tellOfChanged(number, changed);
        const [first, second] = [reader.readText(text)[0], readingOf(text)].map(partyIn);
        fc.pre(first !== undefined && second !== undefined);
        const rows = [quick.add(first), slow.add(second)];
        for (const name of second.facts.keys()) {
          const [a, b] = [quick, slow].map((supply, at) => supply.column(name)?.factAt(rows[at] as number));
          expect(a, name).to.deep.equal(b);
          expect(a, name).to.deep.equal(second.facts.get(name));
        }
        expect(quick.wants.map(({ kind, names: of }) => [kind, of])).to.deep.equal(
          slow.wants.map(({ kind, names: of }) => [kind, of]),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('has nothing in its text of what stands before its first header', () => {
    const text = tellOfChanged(1, []);
    for (const before of ['# a comment\n', '\n\n# two\n# lines\n']) {
      const [first, second] = [reader.readText(before + text), reader.readText(text)];
      expect(first.map(printed)).to.deep.equal(second.map(printed));
    }
  });
});

function documentIn(text: string) {
  const reading = readingOf(text);
  if (!('document' in reading)) throw new Error('canonical text, please');
  return reading.document;
}

function partyIn(reading: AnyReading | undefined) {
  const document = reading !== undefined && 'document' in reading ? reading.document : undefined;
  return document !== undefined && 'party' in document ? document.party : undefined;
}

function printed(reading: AnyReading): string | undefined {
  return 'document' in reading && 'party' in reading.document ? reading.document.text : undefined;
}
