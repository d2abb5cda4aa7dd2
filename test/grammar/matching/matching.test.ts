import { expect } from 'chai';
import fc from 'fast-check';
import type { Party } from '../../../grammar/documents/model.ts';
import { Best } from '../../../grammar/matching/best.ts';
import { compileTest } from '../../../grammar/matching/compiled-test.ts';
import { finish, Matcher, Supply } from '../../../grammar/matching/index.ts';
import { holds } from '../../../grammar/tests/evaluate.ts';
import { someAsk, someTells } from './arbitraries.ts';
import { plainMatch, plainVerdicts } from './plain.ts';
import { ask, supplyOf, tell } from './support.ts';

function matchedIds(asking: Party, supply: Supply): string[] {
  const matcher = new Matcher({ ...asking, count: 1, limit: 1000 }, supply);
  return finish(matcher.answer())
    .rows.map((row) => supply.idOf(row))
    .sort();
}

/** Who says one fact less. */
function without(party: Party, name: string): Party {
  const facts = new Map([...party.facts].filter(([each]) => each !== name));
  const needs = party.action === 'Tell' ? party.needs.filter((need) => need.name !== name) : party.needs;
  return { ...party, facts, needs, walltime: facts.has('walltime') ? party.walltime : undefined };
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
        // They come together, as the Tells of one commit do.
        const added = supply.addAll(
          second,
          second.map((_, index) => first.length + 1 + index),
        );
        for (const [index, row] of added.entries()) rows.set(row, second[index] as Party);
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

  it('finds what a Tell of many tests by itself gives, several of which are of one name', () => {
    const names = Array.from({ length: 20 }, (_, index) => `Their.X${index}`);
    const told = tell('many', ...names.map((name) => `${name}: <= 8`), 'Their.X3: >= 4', 'Their.X0: != 5');
    const plain = tell('few', 'Their.X3: >= 4', 'Their.X3: <= 8');
    const says = (changed: string, value: number) => {
      return ask(...names.map((name) => `My.${name.slice(6)}: ${name === changed ? value : 6}`));
    };
    const supply = supplyOf([told, plain]);
    const found = new Set<string>();
    for (const changed of ['Their.X0', 'Their.X3', 'Their.X19']) {
      for (const value of [3, 5, 6, 9]) {
        const asking = says(changed, value);
        const expected = [told, plain].filter((one) => plainMatch(asking, one)).map(({ id }) => id);
        found.add(expected.join());
        expect(matchedIds(asking, supply), `${changed}: ${value}`).to.deep.equal(expected.sort());
      }
    }
    expect([...found].sort()).to.deep.equal(['', 'few', 'many,few']);
  });

  it('finds no pair of which anything is UNKNOWN, for a fact that is read is not said', () => {
    let [unknown, mattered] = [0, 0];
    fc.assert(
      fc.property(someTells, someAsk, (tells, asking) => {
        const before = new Set(matchedIds(asking, supplyOf(tells)));
        const expectNone = (asked: Party, told: readonly Party[], idOf: (id: string) => string) => {
          const matched = new Set(matchedIds(asked, supplyOf(told)));
          for (const each of told) {
            if (plainVerdicts(asked, each).every(({ truth }) => truth !== undefined)) continue;
            expect(matched.has(each.id ?? '')).to.equal(false);
            unknown += 1;
            mattered += Number(before.has(idOf(each.id ?? '')));
          }
        };
        const less = tells.flatMap((told) =>
          [...told.facts.keys()].map((name) => ({ ...without(told, name), id: `${told.id}-${name}` })),
        );
        expectNone(asking, less, (id) => id.slice(0, id.indexOf('-')));
        for (const name of asking.facts.keys()) expectNone(without(asking, name), tells, (id) => id);
      }),
      { numRuns: 500 },
    );
    expect(unknown).to.be.above(1000);
    expect(mattered).to.be.above(20);
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
