import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { toJson1 } from '../../../grammar/documents/json.ts';
import { clauseHash, documentHash, printDocument1 } from '../../../grammar/documents/print.ts';
import { fromAnyJson } from '../../../grammar/documents/read.ts';
import { sha256 } from '../../../grammar/documents/sha256.ts';
import { diagnosticLines } from '../../../grammar/index.ts';
import { asks, tells } from './arbitraries.ts';
import { askHead, comparable, documentOf, partyOf, tellHead } from './support.ts';

const documents = fc.oneof(tells, asks);

const printed = (text: string): string => printDocument1(documentOf(text));

/** What a party says, without what cannot be compared. */
const shape = (text: string): string =>
  JSON.stringify(partyOf(text), (key, value: unknown) => {
    // Places in the text move where blanks do.
    return key === 'root' || key === 'names' ? undefined : comparable(value);
  });

describe('canonical text', () => {
  it('is the same once it was read and printed again, and says the same', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const canonical = printed(text);
        expect(printed(canonical)).to.equal(canonical);
        expect(shape(canonical)).to.equal(shape(text));
      }),
    );
  });

  it('comes through JSON without loss', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const document = documentOf(text);
        const json = toJson1(document);
        const reading = fromAnyJson(JSON.parse(JSON.stringify(json)));
        if (!('document' in reading && 'envelope' in reading.document)) {
          throw new Error(
            'diagnostics' in reading ? diagnosticLines(reading.diagnostics) : 'another version',
          );
        }
        expect(printDocument1(reading.document)).to.equal(printDocument1(document));
        expect(toJson1(reading.document)).to.deep.equal(json);
      }),
    );
  });

  it('leaves a prefix out where the bare name says the same', () => {
    expect(printed(`${tellHead}My.Load: 3\nTheir.Walltime: <=1h\nMY.walltime: 2 h\ntheir.x: 3\n`)).to.equal(
      `${tellHead}Load: 3\nWalltime: <= 1 h\nMy.Walltime: 2 h\nTheir.x: 3\n`,
    );
    expect(printed(`${askHead}Their.Load: <3\nMy.Walltime: 1h\nTheir.walltime: 2h\nmy.load?: 3\n`)).to.equal(
      `${askHead}Load: < 3\nWalltime: 1 h\nTheir.Walltime: 2 h\nMy.Load?: 3\n`,
    );
  });

  it('has a repeated header at its first place, in its first spelling', () => {
    expect(printed(`${tellHead}x-Lib: 1\nLoad: 3\nX-lib: 2\nnote: a\nload: 4\nNote: b\n`)).to.equal(
      `${tellHead}Note: a\nNote: b\nx-Lib: 1\nx-Lib: 2\nLoad: 3\nLoad: 4\n`,
    );
  });

  it('has names in the spelling of the table, also in lists', () => {
    expect(printed(`${askHead}critical: deadline ,START\ndeadline: 2026-12-01\n`)).to.equal(
      `${askHead}Critical: Deadline, Start\nDeadline: 2026-12-01\n`,
    );
    expect(printed(`${askHead}Title:\n`)).to.equal(`${askHead}Title:\n`);
  });
});

describe('a hash', () => {
  it('is SHA-256 of the text, as others compute it', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 50, maxLength: 300 }));
    fc.assert(
      fc.property(texts, (text) => {
        const wellFormed = text.toWellFormed();
        expect(sha256(wellFormed)).to.equal(createHash('sha256').update(wellFormed).digest('hex'));
      }),
      { numRuns: 300 },
    );
  });

  it('of a document does not change with what another copy says of the way it went', () => {
    const plain = documentOf(`${askHead}Cpus: 8\n`);
    const sent = documentOf(`${askHead}In-reply-to: x\nCursor: 7\nSignature: y\ncpus:8\n`);
    expect(documentHash(sent)).to.equal(documentHash(plain));
  });

  it('of clauses is the same for Asks that are answered alike', () => {
    const hash = (headers: string) => clauseHash(documentOf(askHead + headers));
    const one = hash('Cpus: 8\nLoad: < 3\nBudget: 1 EUR\nBudget: 2 USD\nLimit: 3\n');
    expect(hash('Title: x\nLoad: <3\nBudget: 1 EUR\nLimit: 3\nBudget: 2 USD\nCpus: 8\n')).to.equal(one);
    expect(hash('Cpus: 8\nLoad: < 3\nBudget: 2 USD\nBudget: 1 EUR\nLimit: 3\n')).to.not.equal(one);
    expect(hash('Cpus: 8\nLoad: < 3\nBudget: 1 EUR\nBudget: 2 USD\n')).to.not.equal(one);
    expect(hash('Cpus: 8\nLoad: < 4\nBudget: 1 EUR\nBudget: 2 USD\nLimit: 3\n')).to.not.equal(one);
  });
});
