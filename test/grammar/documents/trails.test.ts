import { expect } from 'chai';
import fc from 'fast-check';
import { defaultBounds } from '../../../grammar/bounds.ts';
import { newFindings } from '../../../grammar/checks/index.ts';
import { valueBounds } from '../../../grammar/documents/bounds.ts';
import { ByteLines } from '../../../grammar/documents/byte-lines.ts';
import type { FactList } from '../../../grammar/documents/fact-list.ts';
import { Lexicon } from '../../../grammar/documents/lexicon.ts';
import { Name } from '../../../grammar/documents/name.ts';
import { type AnyReading, DocumentReader } from '../../../grammar/documents/read.ts';
import { scan } from '../../../grammar/scanner.ts';
import { comparable, readingOf, tellHead } from './support.ts';

/** Kinds of Tells: some begin alike, some have as many headers, some are printed otherwise than they are sent. */
const kinds: readonly ((number: number) => string)[] = [
  (n) => `${tellHead}Arch: X86_64\nMemory: 16 GiB\nMips: ${n}\nTheir.Bid: >= ${n}\n`,
  (n) => `${tellHead}Arch: X86_64\nMemory: ${n} GiB\nSoftware: a${n}, b\nTheir.Bid: >= 3\n`,
  (n) => `${tellHead}Arch: X86_64\nMemory: ${n} GiB\nMips: ${n}\n`,
  (n) => `SLA-version: 1.0\nAction: Tell\nArch: s${n}\nBroker-IP: 127.0.0.1:7685\nId: t${n}\n`,
  (n) =>
    `SLA-version: 1.7\nAction: Tell\nId: u${n}\nBroker-IP: 127.0.0.1:7685\nLoad: 0.${n}\nPrice: ${n} EUR\n`,
  (n) =>
    `RESOURCE-version: 1.0\nAction: Tell\nId: n${n}\nHost: 127.0.0.1:8483\nApplication: a${n}\nCpus: 8\n`,
];
const kindOf = (kind: number): ((number: number) => string) => kinds[kind] as (number: number) => string;

/** What a text may have in it that keeps it from being as the others were. */
const scraps = fc.constantFrom(
  ...[
    '',
    ' ',
    '  ',
    '\t',
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    '\n ',
    '\n#x\n',
    ':',
    ': ',
    ',',
    '?',
    '"',
    'é',
    '\u{feff}',
  ],
  ...[
    '\u0000',
    '\u007f',
    '\ud800',
    '1.1',
    'Ask',
    'Why',
    'x',
    '8',
    '(',
    '>',
    'Seq: 3\n',
    '\nArch: y\n',
    'My.',
    'x'.repeat(400),
  ],
);
/** Where something is cut out of a text, by parts of its length; how much; and what is put there. */
const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 12 }), scraps), {
  maxLength: 2,
});
const edited = (text: string, changes: readonly (readonly [number, number, string])[]): string =>
  changes.reduce((all, [part, cut, scrap]) => {
    const at = Math.round(part * all.length);
    return all.slice(0, at) + scrap + all.slice(at + cut);
  }, text);

/** A reading without what cannot be compared. */
const shape = (readings: readonly AnyReading[]): string =>
  JSON.stringify(readings, (key, value: unknown) => {
    return key === 'expression' && typeof value === 'object'
      ? (value as { text?: string }).text
      : comparable(value);
  });

/** The readings of a text by one who has read nothing before. */
const afresh = (text: string): AnyReading[] => new DocumentReader({ findings: newFindings() }).readText(text);

/** Has read all kinds in turn, again and again. */
function experienced(): DocumentReader {
  const reader = new DocumentReader({ findings: newFindings() });
  for (let number = 0; number < 1_000; number += 1) reader.readText(kindOf(number % kinds.length)(number));
  return reader;
}

/** A trail on which Tells of the first kind have come. */
function trodden(kind = 0) {
  return onWayOf(new Lexicon(), kindOf(kind)(1));
}

/** The trails of a lexicon on which a Tell has come. */
function onWayOf(lexicon: Lexicon, text: string) {
  const [framed] = scan(text);
  if (framed?.kind !== 'document') throw new Error('a document, please');
  const lines = lexicon.linesOf(framed.headers);
  const speaker = 'teller';
  lexicon.orders.keep(
    'Tell',
    lines,
    lines.map((line, index) => ({ index, word: line.word(speaker) })),
  );
  const order = lexicon.orders.of(lines);
  if (order === undefined) throw new Error('an order that is known, please');
  lexicon.trails.keep('SLA', '1.0', order);
  return { trails: lexicon.trails, order };
}

describe('a Tell that comes the way of others', () => {
  it('is read as if it were the first, whatever is put in or left out', () => {
    const reader = experienced();
    fc.assert(
      fc.property(fc.nat({ max: kinds.length - 1 }), fc.nat(), edits, (kind, number, changes) => {
        const text = edited(kindOf(kind)(number), changes);
        expect(shape(reader.readText(text)), JSON.stringify(text)).to.equal(shape(afresh(text)));
      }),
      { numRuns: 1_500 },
    );
  });

  it('is read again as it was read first', () => {
    const again = new DocumentReader();
    fc.assert(
      fc.property(fc.nat({ max: 4 }), fc.nat(), edits, (kind, number, changes) => {
        const [reading, more] = afresh(edited(kindOf(kind)(number), changes));
        fc.pre(more === undefined && reading !== undefined && 'document' in reading);
        fc.pre('envelope' in reading.document);
        const { text } = reading.document;
        const first = readingOf(text);
        expect(shape([again.readAgain(text)])).to.equal(shape([{ ...first, warnings: [] }]));
      }),
      { numRuns: 500 },
    );
  });

  it('has its lines in the order in which they were sent, and the text that they stand in', () => {
    const { trails, order } = trodden();
    const text = kindOf(0)(77);
    for (const sent of [text, `${text}\n`]) {
      const way = trails.follow(sent, defaultBounds);
      expect(way?.order).to.equal(order);
      expect(way?.source.text).to.equal(text);
      const lines = order.names.map(
        (_, index) => `${way?.taken.headers[index]?.name}: ${way?.taken.headers[index]?.value}\n`,
      );
      expect(lines.join('')).to.equal(text);
    }
  });

  it('has one line for all that are the same', () => {
    const { trails } = trodden();
    const [first, second] = [1, 2].map(
      (number) => trails.follow(kindOf(0)(number), defaultBounds)?.taken.headers[4],
    );
    expect(first?.value).to.equal('X86_64');
    expect(second).to.equal(first);
  });

  it('is left to the longer paths where it goes astray, ends early, is larger than it may be or no text of ASCII', () => {
    const { trails } = trodden();
    const text = kindOf(0)(1);
    const others = [
      kindOf(1)(1),
      text.replace('Arch: X86_64\n', ''),
      text.slice(0, text.indexOf('Mips')),
      text.replace('1.0', '1.1'),
      text.replace('Tell', 'Ask'),
      text.replace('X86_64', 'é'),
      text.replace('X86_64', 'x'.repeat(defaultBounds.headerBytes)),
      text.replace('X86_64', 'x'.repeat(20_000)),
      text.trimEnd(),
      '',
      '\n',
    ];
    expect(trails.follow(text, defaultBounds), text).to.not.equal(undefined);
    for (const other of others) expect(trails.follow(other, defaultBounds), other).to.equal(undefined);
    const small = { ...defaultBounds, documentBytes: text.length };
    expect(trails.follow(text, small)).to.equal(undefined);
  });

  it('has as many values as on the longer paths, a duration one for each of its parts', () => {
    const many = (count: number, one: string, separator: string) => Array(count).fill(one).join(separator);
    const tellOf = (values: readonly string[]) =>
      tellHead + values.map((value, index) => `X${index}: ${value}\n`).join('');
    const reader = new DocumentReader({ findings: newFindings() });
    for (let number = 0; number < 600; number += 1)
      reader.readText(tellOf(Array.from({ length: 6 }, (_, index) => `${number} h ${index} min`)));
    const [words, hours] = [many(900, 'a', ', '), many(600, '1 h', ' ')];
    const last = valueBounds.values - 4 - 3 * 900 - 2 * 600;
    const readings = [last, last + 1].map((count) => {
      const text = tellOf([words, words, words, hours, hours, many(count, '1 h', ' ')]);
      const reading = reader.readText(text);
      expect(shape(reading)).to.equal(shape(afresh(text)));
      return reading.map((one) => 'document' in one);
    });
    expect(readings).to.deep.equal([[true], [false]]);
  });

  it('has a fact for each of its names and no other, also after one that said more', () => {
    const reader = new DocumentReader();
    const heads = ['A', 'B', 'C', 'D'].map((name) => `${name}: x\n`);
    for (const count of [4, 1, 4, 1, 4, 1]) {
      const [reading] = reader.readText(tellHead + heads.slice(0, count).join(''));
      const document = reading !== undefined && 'document' in reading ? reading.document : undefined;
      const facts = document !== undefined && 'party' in document ? document.party?.facts : undefined;
      expect((facts as FactList).said).to.have.length(count);
    }
  });

  it('goes ways of which no more than 4,096 names are kept, or else all are forgotten', () => {
    const lexicon = new Lexicon();
    // Each name is followed by eight others, of which each is kept.
    const way = (number: number) => {
      const digits = number.toString(8).padStart(4, '0').split('');
      return tellHead + digits.map((digit, at) => `${'ABCD'[at]}${digit}: x\n`).join('');
    };
    const isKept = (number: number) => lexicon.trails.follow(way(number), defaultBounds) !== undefined;
    for (let number = 0; number < 3_000; number += 1) onWayOf(lexicon, way(number));
    expect([isKept(0), isKept(2_999)]).to.deep.equal([true, true]);
    for (let number = 3_000; number < 4_000; number += 1) onWayOf(lexicon, way(number));
    expect([isKept(0), isKept(3_999)]).to.deep.equal([false, true]);
  });

  it('is read no differently when there are more ways than are kept', () => {
    const reader = new DocumentReader();
    const ways = (number: number) =>
      `${tellHead}${['A', 'B', 'C'].map((name) => `${name}${number % 2_000}: x\n`).join('')}`;
    for (let number = 0; number < 5_000; number += 1) {
      const text = ways(number % 3 === 0 ? 0 : number);
      const [reading] = reader.readText(text);
      expect(
        reading && 'document' in reading && 'envelope' in reading.document && reading.document.text,
      ).to.equal(text);
    }
  });
});

describe('lines that are kept by their bytes', () => {
  const encoder = new TextEncoder();
  const hashOf = (value: string): number => {
    let hash = 0x811c9dc5 | 0;
    for (let at = 0; at < value.length; at += 1) hash = Math.imul(hash ^ value.charCodeAt(at), 0x01000193);
    return hash;
  };

  it('are told apart where their hashes are the same, which anybody can bring about', () => {
    const seen = new Map<number, string>();
    let pair: readonly [string, string] | undefined;
    for (let number = 0; pair === undefined && number < 1_000_000; number += 1) {
      const value = `v${number.toString(36)}`;
      const other = seen.get(hashOf(value));
      if (other !== undefined && other.length === value.length) pair = [other, value];
      seen.set(hashOf(value), value);
    }
    if (pair === undefined) throw new Error('two values of one hash, please');
    const reader = experienced();
    for (const value of [...pair, ...pair]) {
      const text = kindOf(0)(1).replace('X86_64', value);
      expect(shape(reader.readText(text))).to.equal(shape(afresh(text)));
    }
  });

  it('are forgotten when there is no room for more, and never mistaken', () => {
    const lines = new ByteLines({ lines: 8, bytes: 64, longest: 16 });
    const names = [new Name('A'), new Name('B')] as const;
    const values = fc.string({ minLength: 1, maxLength: 16, unit: fc.constantFrom('a', 'b', '1', ' ') });
    fc.assert(
      fc.property(fc.nat({ max: 1 }), values, (at, value) => {
        const name = names[at] as Name;
        const bytes = encoder.encode(`:${value}:`);
        const found = lines.find(name, hashOf(value), bytes, 1, bytes.length - 1);
        const line = found ?? lines.keep(name, hashOf(value), bytes, 1, bytes.length - 1, value);
        expect([line.known, line.value, line.text]).to.deep.equal([name, value, `${name.written}: ${value}`]);
        expect(lines.find(name, hashOf(value), bytes, 1, bytes.length - 1)).to.equal(line);
      }),
      { numRuns: 2_000 },
    );
    expect(lines.takes(16)).to.equal(true);
    expect(lines.takes(17)).to.equal(false);
  });
});
