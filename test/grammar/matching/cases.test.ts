import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Document } from '../../../grammar/document.ts';
import type { Document1 } from '../../../grammar/documents/document.ts';
import type { Party } from '../../../grammar/documents/model.ts';
import { betterRegistration } from '../../../grammar/match.ts';
import {
  becauseHeaders,
  estimate,
  explain,
  finish,
  isFalse,
  isTrue,
  leftOut,
  Matcher,
  Taker,
} from '../../../grammar/matching/index.ts';
import { answersOld, documentsOf, oldId, oldTells, partyOf, supplyOf } from './support.ts';

interface Case {
  readonly name: string;
  readonly tell?: string;
  readonly ask?: string;
  readonly match?: boolean;
  readonly clauses?: readonly { readonly header: string; readonly verdict: string }[];
  readonly order?: readonly string[];
  readonly estimate?: Readonly<Record<string, string>>;
  readonly ignored?: readonly string[];
  readonly because?: readonly string[];
}

const cases = readFileSync(new URL('../cases/cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)
  .filter(({ tell }) => tell !== undefined);

function decimal(nano: bigint | undefined): string {
  if (nano === undefined) return 'unknown';
  const digits = String(nano).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0*$/, '');
}

/** The answer of a 0.1 Ask, as Application and address: each once, in the order told; of registrations the best. */
function oldAnswer(ask: Document, tells: readonly (Document | Document1)[]): string[] {
  const told = new Map(
    tells.map((tell) => ['envelope' in tell ? (tell.envelope.id ?? '') : oldId(tell), tell]),
  );
  const found = [...told.values()].flatMap(oldTells).filter((tell) => answersOld(ask, tell));
  const registrations = found.filter((tell) => tell.language === 'RESOURCE').sort(betterRegistration);
  return [...new Set((ask.language === 'SLA' ? found : registrations.slice(0, 1)).map(oldId))];
}

describe('the cases of the language, matched', () => {
  for (const one of cases) {
    it(one.name, () => {
      const tells = documentsOf(one.tell ?? '');
      const [document] = documentsOf(one.ask ?? '');
      if (document === undefined) throw new Error('an Ask');
      if (!('envelope' in document)) {
        const order = oldAnswer(document, tells);
        expect(order.length > 0).to.equal(one.match);
        if (one.order !== undefined) expect(order).to.deep.equal(one.order);
        return;
      }
      expectCase(one, partyOf(document), tells.map(partyOf));
    });
  }
});

function expectCase(one: Case, ask: Party, tells: readonly Party[]): void {
  const supply = supplyOf(tells);
  const matcher = new Matcher(ask, supply);
  const answer = finish(matcher.answer());
  const first = [...Array(supply.rows).keys()].find((row) => supply.has(row)) ?? 0;
  matcher.refresh();
  for (const { header, verdict } of one.clauses ?? []) {
    const index = ask.clauses.findIndex((clause) => clause.header === header);
    const code = matcher.clauses[index]?.at(first);
    expect(code === isTrue ? 'yes' : code === isFalse ? 'no' : 'unsaid', header).to.equal(verdict);
  }
  expect(answer.rows.length > 0, 'match').to.equal(one.match);
  if (one.order !== undefined) expect(answer.rows.map((row) => supply.idOf(row))).to.deep.equal(one.order);
  if (one.ignored !== undefined) expect(finish(leftOut(matcher))).to.deep.equal(one.ignored);
  for (const [currency, amount] of Object.entries(one.estimate ?? {})) {
    const price = tells[0]?.prices.find((each) => each.currency === currency);
    const nano = price && estimate(price, new Taker(ask).of(supply, first));
    expect(decimal(nano), currency).to.equal(amount);
  }
  if (one.because !== undefined) {
    const headers = becauseHeaders(matcher, finish(explain(matcher)));
    expect(headers.map(({ name, value }) => `${name}: ${value}`)).to.deep.equal(one.because);
  }
}
