import { expect } from 'chai';
import {
  type AnyReading,
  clauseHash,
  type Document,
  type Document1,
  defaultBounds,
  diagnosticCodes,
  diagnosticLines,
  documentHash,
  findingsOf,
  fromAnyJson,
  inWords,
  printDocument1,
  readAnyDocuments,
  toJson,
  toJson1,
  vocabulary,
} from '../../grammar/index.ts';
import { becauseHeaders, estimate, explain, finish, Matcher, Taker } from '../../grammar/matching/index.ts';
import { answersOld, partyOf, supplyOf } from './matching/support.ts';
import { type Example, examples, page } from './page.ts';

type AnyDocument = Document | Document1;

const said = (reading: AnyReading) =>
  diagnosticLines('document' in reading ? reading.warnings : reading.diagnostics);

function readingsOf({ info, text }: Example): AnyReading[] {
  return info.startsWith('json')
    ? [fromAnyJson(JSON.parse(text), defaultBounds, findingsOf)]
    : readAnyDocuments(text, defaultBounds, findingsOf);
}

function documentsOf(example: Example): AnyDocument[] {
  return readingsOf(example).map((reading) => {
    if ('diagnostics' in reading) throw new Error(said(reading));
    return reading.document;
  });
}

function only(documents: readonly AnyDocument[]): Document1 {
  const [document] = documents;
  if (document === undefined || documents.length > 1 || !('envelope' in document)) {
    throw new Error('one document of version 1.0');
  }
  return document;
}

function matches(ask: AnyDocument | undefined, told: AnyDocument): boolean {
  if (ask === undefined || ask.action === 'Tell' || told.action !== 'Tell') {
    throw new Error('an Ask, then Tells');
  }
  if ('envelope' in ask) return new Matcher(partyOf(ask), supplyOf([partyOf(told)])).matches(0);
  return answersOld(ask, told);
}

/** An Ask of version 1.0, and those that it is put to. */
function matcherOf([ask, ...told]: readonly AnyDocument[]): Matcher {
  if (ask === undefined) throw new Error('an Ask');
  return new Matcher(partyOf(ask), supplyOf(told.map(partyOf)));
}

function decimal(nano: bigint | undefined): string {
  if (nano === undefined) return 'unknown';
  const digits = String(nano).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0*$/, '');
}

/** What a fence says that is no plain example, as the lines of the text that follows it. */
const outcomes: Readonly<Record<string, (documents: readonly AnyDocument[]) => string[]>> = {
  'sla words': (documents) => inWords(only(documents)),
  'sla canonical': (documents) => printDocument1(only(documents)).trimEnd().split('\n'),
  'sla hashes': (documents) => [
    `document ${documentHash(only(documents))}`,
    `clauses ${clauseHash(only(documents))}`,
  ],
  'sla order': (documents) => {
    const matcher = matcherOf(documents);
    return finish(matcher.answer()).rows.map((row) => matcher.supply.idOf(row));
  },
  'sla because': (documents) => {
    const matcher = matcherOf(documents);
    return becauseHeaders(matcher, finish(explain(matcher))).map(({ name, value }) => `${name}: ${value}`);
  },
  'sla estimate': (documents) => {
    const { ask, supply } = matcherOf(documents);
    return documents.slice(1).flatMap((told, row) =>
      partyOf(told).prices.map((price) => {
        const nano = estimate(price, new Taker(ask).of(supply, row));
        return `${supply.idOf(row)} ${decimal(nano)} ${price.currency}`;
      }),
    );
  },
};

describe('docs/sla.md', () => {
  for (const [index, example] of examples.entries()) {
    const { line, info } = example;
    const answer = examples[index + 1]?.info === 'text' ? examples[index + 1]?.text : undefined;
    if (info === 'text' || info === 'ebnf' || info === 'versions') continue;

    it(`has an example in line ${line} that is as it says (${info})`, () => {
      if (info === 'sla refused' || info === 'json refused') {
        const readings = readingsOf(example);
        expect(readings.every((reading) => 'diagnostics' in reading)).to.equal(true);
        expect(readings.map(said).join('')).to.equal(answer);
        return;
      }
      const documents = documentsOf(example);
      const outcome = outcomes[info];
      if (outcome !== undefined) {
        expect(`${outcome(documents).join('\n')}\n`).to.equal(answer);
        return;
      }
      const [first, ...rest] = documents;
      expect(first).to.not.equal(undefined);
      expect(readingsOf(example).map(said).join('')).to.equal(answer ?? '');
      if (info === 'sla matches')
        expect(rest.map((told) => matches(first, told))).to.deep.equal(rest.map(() => true));
      else if (info === 'sla differs')
        expect(rest.map((told) => matches(first, told))).to.deep.equal(rest.map(() => false));
      else expect(info).to.be.oneOf(['sla', 'json']);
    });
  }

  it('gives the examples in JSON as the text after them', () => {
    const json = (document: AnyDocument) =>
      JSON.stringify('envelope' in document ? toJson1(document) : toJson(document));
    const inJson = [...examples.entries()].filter(([, { info }]) => info === 'json');
    expect(inJson).to.have.length(2);
    for (const [at, example] of inJson) {
      expect(documentsOf(example).map(json)).to.deep.equal(documentsOf(examples[at + 1]!).map(json));
    }
  });

  it('names every header of version 0.1 and every bound', () => {
    for (const { name } of vocabulary) expect(page).to.include(`\`${name}\``);
    for (const bound of Object.values(defaultBounds))
      expect(page).to.match(new RegExp(`\\| ${bound}( bytes)? \\|`));
  });

  it('has examples of every outcome', () => {
    expect([...new Set(examples.map(({ info }) => info))]).to.have.members([
      'ebnf',
      'json',
      'json refused',
      'sla',
      'sla differs',
      'sla matches',
      'sla refused',
      'text',
      'versions',
      ...Object.keys(outcomes),
    ]);
    expect(Object.values(diagnosticCodes).every((sentence) => sentence.endsWith('.'))).to.equal(true);
  });
});
