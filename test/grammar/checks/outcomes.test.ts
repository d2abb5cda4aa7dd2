import { expect } from 'chai';
import fc from 'fast-check';
import { newFindings } from '../../../grammar/checks/index.ts';
import { askHead, readingOf, sentencesOf, tellHead } from '../documents/support.ts';

const inAsk = (headers: string): string[] => sentencesOf(`${askHead}${headers}\n`);
const inTell = (headers: string): string[] => sentencesOf(`${tellHead}${headers}\n`);

describe('a test that can never hold', () => {
  const never = [
    ...[
      'Load: 5..3',
      'Region: any, unsaid',
      'Application: gcc (>= 5, < 4)',
      'Queue: a, not a',
      'Os-Version: 5..4',
    ],
    ...[
      'Since: 2026-12-02..2026-12-01',
      'Queue: unsaid, a',
      'Queue: not 3, not a',
      'Queue: not (a | any | unsaid)',
      'Latency: > 1 s, unsaid',
    ],
    ...['Price: > 2 EUR/h, < 1 EUR/h', 'X: < true'],
  ];
  for (const header of never) {
    it(`is warned of: ${header}`, () => {
      const name = header.split(':')[0];
      expect(inAsk(header)).to.deep.equal([
        `line 4, column ${`${name}: `.length + 1}: ${name} can never hold: '${header}'`,
      ]);
    });
  }

  it('is warned of beside another of its name, where the other side has one value of it', () => {
    expect(inTell('Walltime: <= 2 h\nWalltime: > 3 h')).to.deep.equal([
      "line 6, column 11: Walltime can never hold: 'Walltime: > 3 h' beside 'Walltime: <= 2 h'",
    ]);
    expect(inTell('Their.Cpus: <= 4\nTheir.Cpus: >= 2')).to.deep.equal([]);
  });

  it('is warned of beside others of its name, where no set of values passes them all', () => {
    expect(inAsk('Region: eu\nRegion: us\nRegion: not eu')).to.deep.equal([
      "line 6, column 9: Region can never hold: 'Region: not eu' beside 'Region: eu', 'Region: us'",
    ]);
    expect(inAsk('Load: > 3\nLoad: < 2')).to.deep.equal([
      "line 5, column 7: Load holds only where the other says several values: 'Load: < 2' beside 'Load: > 3'",
    ]);
  });

  it('is warned of once, though others of its name stand beside it', () => {
    expect(inAsk('Region: any, unsaid\nRegion: eu\nRegion: not us')).to.have.length(1);
    expect(inAsk('Region: eu\nRegion: not eu\nRegion: us')).to.have.length(1);
  });

  it('is warned of where only a set of measured values passes it', () => {
    expect(inAsk('Load: > 3, < 2')).to.deep.equal([
      "line 4, column 7: Load holds only where the other says several values: 'Load: > 3, < 2'",
    ]);
  });
});

describe('a test that can never fail', () => {
  it('is warned of', () => {
    for (const header of [
      'Region: any | unsaid',
      'Queue: unsaid | any',
      'Region: not (any, unsaid)',
      'Load: any | (unsaid, any) | unsaid',
    ]) {
      expect(inAsk(header), header).to.deep.equal([
        `line 4, column ${header.indexOf(' ') + 2}: ${header.split(':')[0]} can never fail: '${header}' decides nothing`,
      ]);
    }
  });
});

describe('a test that may hold and may fail', () => {
  const fine = [
    ...[
      'Load: 3..5',
      'Load: > 3, < 4',
      'Load: > 3, < 3.0000001',
      'Features: a, b, c, not d, not e',
      'Features: a, b',
    ],
    ...[
      'Region: not us | unsaid',
      'Application: gcc (>= 4, < 5)',
      'Application: gcc (> 4, < 4.0.1)',
      'Queue: ~ /a/, ~ /b/',
    ],
    ...[
      'Os-Version: > 5.0-rc1, < 5',
      'Region: any',
      'Region: unsaid',
      'Features: (a | b), (c | d)',
      'Queue: not a, not b',
    ],
    ...[
      'Price: <= 0.05 EUR/cpu-h',
      'Features: not (a, b)',
      'Since: > 2026-12-01',
      'X: true',
      'Application: not gcc (>= 5)',
    ],
  ];
  for (const header of fine) {
    it(`is left alone: ${header}`, () => {
      expect(inAsk(header)).to.deep.equal([]);
    });
  }
});

describe('a comparison', () => {
  const value = fc.constantFrom(
    '3',
    '-1e308',
    '2 h',
    '5.0-rc1',
    'v1.2',
    '2026-12-01',
    '1 EUR/h',
    'true',
    'abc',
    '0',
  );
  const operator = fc.constantFrom('', '== ', '!= ', '< ', '<= ', '> ', '>= ');

  it('is warned of where the same in brackets is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('X', 'Their.Walltime', 'Os-Version'),
        operator,
        value,
        (name, sign, text) => {
          // Brackets keep it from the answer that is known at once.
          const codes = [`${sign}${text}`, `(${sign}${text})`].map((test) =>
            inAsk(`${name}: ${test}`).map((sentence) =>
              sentence.replace(/^line.*?: /, '').replaceAll(/[()]/g, ''),
            ),
          );
          fc.pre(!codes.flat().some((sentence) => sentence.includes('so this wants')));
          expect(codes[0]).to.deep.equal(codes[1]);
        },
      ),
    );
  });
});

describe('two tests of one name', () => {
  const test = fc.constantFrom(
    ...['eu', 'not eu', 'us', 'eu | us', 'any', 'unsaid', 'not (eu | us)', '~ /e/'],
    ...['< 3', '> 3', '>= 3', 'not 3', '1..4', '5..', '> 1 h', '< 1 h'],
  );
  const asPart = (text: string) => (text === 'eu | us' ? `(${text})` : text);
  const kinds = (headers: string) =>
    inAsk(headers).flatMap((sentence) => / can never hold| holds only where/.exec(sentence)?.[0] ?? []);

  it('are warned of on two lines where they are on one', () => {
    fc.assert(
      fc.property(test, test, (one, other) => {
        expect(kinds(`X: ${one}\nX: ${other}`)).to.deep.equal(kinds(`X: ${asPart(one)}, ${asPart(other)}`));
      }),
    );
  });
});

describe('the tests of one document', () => {
  it('are looked into until 10,000 facts were put to them, whether they are remembered or not', () => {
    const headers = Array.from({ length: 300 }, (_, index) => `X${index}: a, b, c, d, e, f, g, h, not a\n`);
    const reading = readingOf(askHead + headers.join(''));
    if (!('document' in reading) || !('envelope' in reading.document)) throw new Error('a document, please');
    const { document } = reading;
    // Nothing, each of nine texts, those that are not banned, all, and each two.
    const facts = 1 + 9 + 1 + 1 + 36;
    const findings = newFindings();
    const found = findings(document);
    expect(found).to.have.length(Math.ceil(10_000 / facts));
    expect(findings(document)).to.deep.equal(found);
  });
});
