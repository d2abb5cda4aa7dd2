import { expect } from 'chai';
import fc from 'fast-check';
import type { Party } from '../../../grammar/documents/model.ts';
import { Best } from '../../../grammar/matching/best.ts';
import { compileTest } from '../../../grammar/matching/compiled-test.ts';
import {
  becauseHeaders,
  explain,
  finish,
  Matcher,
  Supply,
  suggest,
} from '../../../grammar/matching/index.ts';
import { holds } from '../../../grammar/tests/evaluate.ts';
import { someAsk, someAskHeaders, someTells } from './arbitraries.ts';
import { plainMatch } from './plain.ts';
import { ask, editing, supplyOf, tell } from './support.ts';

function matchedIds(asking: Party, supply: Supply): string[] {
  const matcher = new Matcher({ ...asking, count: 1, limit: 1000 }, supply);
  return finish(matcher.answer())
    .rows.map((row) => supply.idOf(row))
    .sort();
}

function linesOf(asking: Party, tells: readonly Party[]): string[] {
  const matcher = new Matcher(asking, supplyOf(tells));
  return becauseHeaders(matcher, finish(explain(matcher))).map(({ name, value }) => `${name}: ${value}`);
}

describe('a matcher', () => {
  it('finds what each pair by itself gives, through inserts and removals', () => {
    fc.assert(
      fc.property(someTells, someTells, fc.array(fc.nat(11)), someAsk, (first, second, removed, asked) => {
        const asking = { ...asked, count: 1, limit: 1000 };
        const supply = new Supply();
        const rows = new Map(first.map((party) => [supply.add(party), party]));
        const early = new Matcher(asking, supply);
        finish(early.answer());
        for (const row of removed) {
          supply.remove(row);
          rows.delete(row);
        }
        for (const party of second) rows.set(supply.add(party), party);
        const plain = [...rows].filter(([, party]) => plainMatch(asking, party)).map(([row]) => row);
        expect(finish(early.answer()).rows.toSorted((a, b) => a - b)).to.deep.equal(
          plain.sort((a, b) => a - b),
        );
        const late = new Matcher(asking, supply);
        for (const row of rows.keys()) expect(late.matches(row)).to.equal(plain.includes(row));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the first of all that match in the order that sorting gives', () => {
    fc.assert(
      fc.property(someTells, someAsk, fc.integer({ min: 1, max: 4 }), (tells, asking, limit) => {
        const supply = supplyOf(tells);
        const all = finish(new Matcher({ ...asking, count: 1, limit: 1000 }, supply).answer());
        const few = finish(new Matcher({ ...asking, count: 1, limit }, supply).answer());
        expect(few.rows).to.deep.equal(all.rows.slice(0, limit));
        expect(few.matched).to.equal(all.matched);
      }),
    );
  });

  it('tests a fact as the test says', () => {
    fc.assert(
      fc.property(someTells, someAsk, (tells, asking) => {
        for (const { test } of [...asking.tests, ...tells.flatMap((each) => each.tests)]) {
          const passes = compileTest(test);
          expect(passes(undefined)).to.equal(holds(test, undefined));
          for (const { facts } of [...tells, asking]) {
            for (const fact of facts.values()) expect(passes(fact)).to.equal(holds(test, fact));
          }
        }
      }),
    );
  });

  it('keeps the best of many without sorting them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (numbers, limit) => {
        const best = new Best<number>(limit, (a, b) => a - b);
        for (const number of numbers) best.offer(number);
        expect(best.inOrder()).to.deep.equal(numbers.toSorted((a, b) => a - b).slice(0, limit));
      }),
    );
  });
});

describe('an explanation', () => {
  it('adds up, and says what each clause alone stops', () => {
    fc.assert(
      fc.property(someTells, someAskHeaders, (tells, headers) => {
        const asking = ask(...headers);
        const supply = supplyOf(tells);
        const matcher = new Matcher(asking, supply);
        const explanation = finish(explain(matcher));
        expect(explanation.of).to.equal(tells.length);
        expect(explanation.matched).to.equal(matchedIds(asking, supply).length);
        for (const { clause, tally } of explanation.clauses) {
          expect(tally.yes + tally.no + tally.unsaid).to.equal(tells.length);
          const { tests } = asking;
          if (clause.kind !== 'test') continue;
          const without = {
            ...asking,
            clauses: asking.clauses.filter((each) => each !== clause),
          };
          expect(matchedIds(without, supply).length - explanation.matched, clause.header).to.equal(
            tally.alone,
          );
          expect(tests[clause.index]?.header).to.equal(clause.header);
        }
      }),
    );
  });

  it('suggests what really matches, in the numbers of the changed Ask', () => {
    let suggested = 0;
    fc.assert(
      fc.property(someTells, someAskHeaders, (tells, headers) => {
        const asking = ask(...headers);
        const supply = supplyOf(tells);
        const matcher = new Matcher(asking, supply);
        const explanation = finish(explain(matcher));
        for (const { value } of finish(suggest(matcher, explanation, editing(headers), 20))) {
          suggested += 1;
          const [, edit = '', count] = /^(.*) -> ([0-9]+) match/.exec(value) ?? [];
          const changed = edit.startsWith('without ')
            ? headers.filter((header) => header !== edit.slice('without '.length))
            : [...headers.filter((header) => !isOfName(header, edit, headers)), edit];
          const ids = matchedIds(ask(...changed), supply);
          expect(Number(count), value).to.be.above(explanation.matched);
          if (changed.length === headers.length) expect(ids.length, value).to.equal(Number(count));
        }
      }),
      { numRuns: 1000 },
    );
    expect(suggested).to.be.above(50);
  });

  it('says what would help in words that can be pasted', () => {
    const headers = ['Cpus: 8', 'Memory: 16 GiB', 'Walltime: 2 h', 'Budget: 0.40 EUR'];
    const price = 'Price: 0.03 EUR/cpu-h + 0.05 EUR/job';
    const tells = [
      tell('a', 'Cpus: 8', 'Memory: 12 GiB'),
      tell('b', 'Cpus: 6', 'Memory: 12 GiB'),
      tell('c', 'Cpus: 8', 'Memory: 64 GiB', price),
      tell('d', 'Cpus: 8', 'Memory: 64 GiB', 'Walltime: <= 90 min'),
    ];
    const matcher = new Matcher(ask(...headers), supplyOf(tells));
    const lines = finish(suggest(matcher, finish(explain(matcher)), editing(headers), 20));
    expect(lines.map(({ value }) => value)).to.deep.equal([
      'Memory: 12 GiB -> 1 match',
      'Budget: 0.53 EUR -> 1 match from 0.53 EUR',
      'Walltime: 90 min -> 1 match',
    ]);
  });

  it('notes a value of another kind, and one that differs in capitals alone', () => {
    const lines = linesOf(ask('Queue: > 3', 'Region: EU'), [tell('tell-9', 'Queue: long', 'Region: eu')]);
    expect(lines.slice(-2)).to.deep.equal([
      "Note: tell-9 says 'Queue: long', which is no number",
      "Note: tell-9 says 'Region: eu', which differs in capital letters alone",
    ]);
  });

  it('says that slots are sold out', () => {
    expect(linesOf(ask('Cpus: 8'), [tell('a', 'Cpus: 8', 'Slots: 0')])).to.deep.equal([
      'Matched: 0 of 1',
      'Clause: Cpus: 8 -> 1 yes, 0 no, 0 unsaid; alone stops 0',
      'Refused-by: Slots -> 1 no',
    ]);
  });
});

/** Whether the edit replaces this header: the only one of its name. */
function isOfName(header: string, edit: string, headers: readonly string[]): boolean {
  const [name] = edit.split(':');
  return header.startsWith(`${name}:`) && headers.filter((each) => each.startsWith(`${name}:`)).length === 1;
}
