import { expect } from 'chai';
import fc from 'fast-check';
import type { Party } from '../../../grammar/documents/model.ts';
import { finish, Matcher, Supply } from '../../../grammar/matching/index.ts';
import type { Fact } from '../../../grammar/values/fact.ts';
import { WaitingAsks } from '../../../grammar/waiting/index.ts';
import { someAsk, someTells } from '../matching/arbitraries.ts';
import { ask, tell } from '../matching/support.ts';
import { alikeAsks, manyAsks, manyTells } from './arbitraries.ts';

/** For each Tell what it matches by the matcher that is for one Ask and many Tells. */
function matchedOneByOne(asks: ReadonlyMap<number, Party>, tells: readonly Party[]): number[][] {
  const supply = new Supply();
  const tellRows = tells.map((telling) => supply.add(telling));
  const matchers = [...asks]
    .sort(([a], [b]) => a - b)
    .map(([row, asking]) => [row, new Matcher(asking, supply)] as const);
  return tellRows.map((told) => matchers.filter(([, matcher]) => matcher.matches(told)).map(([row]) => row));
}

function matchedTogether(waiting: WaitingAsks, tells: readonly Party[]): number[][] {
  return tells.map((telling) => [...finish(waiting.matching(telling))]);
}

/**
 * Asks of a condition that takes long, is put to each by itself and reads both sides, each with a Priority of its own: it holds of a Tell with more
 * than one cpu, and of another where the Priority is above `most`.
 */
function longTested(most: number): (priority: number) => Party {
  const parts = Array.from({ length: 50 }, (_, more) => `max(my.Priority, 0) > ${most + more}`);
  const one = ask(
    'Cpus: 1',
    'Priority: 1',
    `Requires: ${parts.join(' or ')} or their.Cpus > min(1, my.Priority + 1)`,
  );
  return (value) => {
    const priority: Fact = { values: [{ kind: 'number', value }], text: String(value) };
    return { ...one, facts: new Map([...one.facts, ['priority', priority]]) };
  };
}

describe('Asks that wait', () => {
  it('are found by a Tell exactly where each by itself would find it, through additions and removals', () => {
    fc.assert(
      fc.property(
        fc.array(someAsk, { maxLength: 12 }),
        fc.array(someAsk, { maxLength: 6 }),
        fc.array(fc.nat(11)),
        someTells,
        (first, second, removed, tells) => {
          const waiting = new WaitingAsks();
          const asks = new Map(first.map((asking) => [waiting.add(asking), asking]));
          for (const row of removed) {
            waiting.remove(row);
            asks.delete(row);
          }
          for (const asking of second) asks.set(waiting.add(asking), asking);
          expect(waiting.size).to.equal(asks.size);
          expect(matchedTogether(waiting, tells)).to.deep.equal(matchedOneByOne(asks, tells));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are found as one by one where so many of them and so many Tells come that they are indexed', () => {
    let found = 0;
    fc.assert(
      fc.property(manyAsks, manyAsks, manyTells, fc.nat(2), (first, second, tells, part) => {
        const waiting = new WaitingAsks();
        const asks = new Map(first.map((asking) => [waiting.add(asking), asking]));
        expect(matchedTogether(waiting, tells)).to.deep.equal(matchedOneByOne(asks, tells));
        for (const row of [...asks.keys()].filter((at) => at % 3 === part)) {
          waiting.remove(row);
          asks.delete(row);
        }
        for (const asking of second) asks.set(waiting.add(asking), asking);
        // What Tells test is indexed when many have tested it.
        for (let round = 0; round < 3; round += 1) matchedTogether(waiting, tells);
        const together = matchedTogether(waiting, tells);
        expect(together).to.deep.equal(matchedOneByOne(asks, tells));
        found += together.flat().length;
      }),
      // Documents as many as these would be made smaller for hours.
      { numRuns: 2, endOnFailure: true },
    );
    expect(found).to.be.above(1000);
  });

  it('are found as one by one where so many are alike that conditions are put to all of them together', () => {
    let found = 0;
    fc.assert(
      fc.property(alikeAsks, manyTells, fc.nat(2), (all, tells, part) => {
        const waiting = new WaitingAsks();
        const asks = new Map(all.map((asking) => [waiting.add(asking), asking]));
        for (const row of [...asks.keys()].filter((at) => at % 3 === part)) {
          waiting.remove(row);
          asks.delete(row);
        }
        const together = matchedTogether(waiting, tells);
        expect(together).to.deep.equal(matchedOneByOne(asks, tells));
        found += together.flat().length;
      }),
      // As above.
      { numRuns: 3, endOnFailure: true },
    );
    expect(found).to.be.above(100);
  });

  it('are found by what a Tell charges for all that they take of it, where they have Budgets', () => {
    const one = (...headers: readonly string[]) => fc.constantFrom(...headers);
    const asking = fc
      .tuple(
        fc.subarray([
          'Cpus: 1..8',
          'Memory: 2..16 GiB',
          'Gpus: 0..4',
          'Walltime: 2 h',
          'Count: 2',
          'Tasks: 3',
        ]),
        one('Budget: 4 EUR', 'Budget: 8 EUR', 'Budget: 5 USD', 'Budget: 4 EUR\nBudget: 5 USD'),
      )
      .map(([headers, budget]) => ask(...headers, budget));
    const telling = fc
      .tuple(
        one('Cpus: 1', 'Cpus: 4', 'Cpus: 32'),
        one('Memory: 4 GiB', 'Memory: 64 GiB'),
        one('Gpus: 1', 'Gpus: 8'),
        fc.subarray(['0.50', '1', '1.25'], { minLength: 1, maxLength: 1 }),
        fc.subarray([
          'EUR',
          'EUR/h',
          'EUR/cpu-h',
          'EUR/gpu-h',
          'EUR/GiB-h',
          'EUR/task',
          'EUR/job',
          'USD/h',
          'USD',
        ]),
      )
      .map(([cpus, memory, gpus, [amount], units]) => {
        const sums = ['EUR', 'USD'].map((currency) => units.filter((unit) => unit.startsWith(currency)));
        const prices = sums
          .filter((of) => of.length > 0)
          .map((of) => `Price: ${of.map((unit) => `${amount} ${unit}`).join(' + ')}`);
        return tell('t', cpus, memory, gpus, 'Slots: 4', ...prices);
      });
    let found = 0;
    fc.assert(
      fc.property(
        fc.array(asking, { minLength: 10, maxLength: 40 }),
        fc.array(telling, { minLength: 5, maxLength: 20 }),
        (all, tells) => {
          const waiting = new WaitingAsks();
          const asks = new Map(all.map((each) => [waiting.add(each), each]));
          const together = matchedTogether(waiting, tells);
          expect(together).to.deep.equal(matchedOneByOne(asks, tells));
          found += together.flat().length;
        },
      ),
    );
    expect(found).to.be.above(1000);
  });

  it('are found as one by one where each wants one application of many, or one of two, and a few are looked at', () => {
    const application = fc.nat(99).map((number) => `code${number}`);
    const wanted = fc.tuple(application, application).map(([a, b]) => (a < b ? `${a} | ${b}` : a));
    const wanting = fc
      .tuple(wanted, fc.nat(7))
      .map(([names, cpus]) => ask(`Application: ${names}`, `Cpus: ${cpus + 1}`));
    const offering = fc
      .tuple(application, application, fc.nat(7))
      .map(([a, b, cpus]) => tell('t', `Application: ${a}, ${b}`, `Cpus: ${cpus + 1}`));
    const unsaid = tell('t', 'Cpus: 8');
    const many = fc.array(wanting, { minLength: 500, maxLength: 600 });
    let found = 0;
    fc.assert(
      fc.property(many, fc.array(offering, { minLength: 50 }), fc.nat(2), (all, tells, part) => {
        const waiting = new WaitingAsks();
        const asks = new Map(all.map((asking) => [waiting.add(asking), asking]));
        for (const row of [...asks.keys()].filter((at) => at % 3 === part)) {
          waiting.remove(row);
          asks.delete(row);
        }
        const together = matchedTogether(waiting, [...tells, unsaid]);
        expect(together).to.deep.equal(matchedOneByOne(asks, [...tells, unsaid]));
        found += together.flat().length;
        // One that wants any of them is found beside those that want some.
        const any = ask('Cpus: 1');
        asks.set(waiting.add(any), any);
        expect(matchedTogether(waiting, [...tells, unsaid])).to.deep.equal(
          matchedOneByOne(asks, [...tells, unsaid]),
        );
      }),
      // As above.
      { numRuns: 5, endOnFailure: true },
    );
    expect(found).to.be.above(100);
  });

  it('leave out what was removed or added while the work is under way', () => {
    const waiting = new WaitingAsks();
    const count = 1000;
    const asking = longTested(count);
    for (let number = 0; number < count; number += 1) waiting.add(asking(number));
    const work = waiting.matching(tell('t', 'Cpus: 4'));
    expect(work.next().done).to.equal(false);
    waiting.remove(0);
    waiting.remove(count - 1);
    waiting.add(ask('Cpus: 1'));
    waiting.add(asking(1));
    waiting.add(ask('Cpus: 2', 'Priority: 1'));
    expect([...finish(work)]).to.deep.equal(Array.from({ length: count - 2 }, (_, index) => index + 1));
  });

  it('may go, and with them all that are laid out as they are, before the work under way has come to them', () => {
    const waiting = new WaitingAsks();
    const count = 1000;
    const asking = longTested(count);
    for (let number = 0; number < count; number += 1) waiting.add(asking(number));
    // More than are looked at together, so that the work comes to the last of them when it has gone on.
    const many = 8_000;
    for (let number = 0; number < many; number += 1) waiting.add(ask('Cpus: 1', `My.Number: ${number}`));
    const last = [1, 2, 3].map((number) => waiting.add(ask('Cpus: 1', `My.Other: ${number}`)));
    const work = waiting.matching(tell('t', 'Cpus: 4'));
    expect(work.next().done).to.equal(false);
    for (const row of last) waiting.remove(row);
    waiting.remove(count + many - 1);
    const left = Array.from({ length: count + many - 1 }, (_, index) => index);
    expect([...finish(work)]).to.deep.equal(left);
  });

  it('are found by each of two Tells that are looked at by turns', () => {
    const waiting = new WaitingAsks();
    const count = 1000;
    const asking = longTested(count);
    for (let number = 0; number < 2 * count; number += 1) waiting.add(asking(number));
    const works = [tell('large', 'Cpus: 4'), tell('small', 'Cpus: 1')].map((one) => waiting.matching(one));
    const found = new Map<number, number[]>();
    let turns = 0;
    for (; found.size < works.length; turns += 1) {
      const at = turns % works.length;
      const step = works[at]?.next();
      if (step?.done && step.value !== undefined) found.set(at, [...step.value]);
    }
    expect(turns).to.be.above(works.length);
    const all = Array.from({ length: 2 * count }, (_, index) => index);
    expect(found.get(0)).to.deep.equal(all);
    expect(found.get(1)).to.deep.equal(all.filter((number) => number > count));
  });

  it('are of their own rows where they are equal', () => {
    const waiting = new WaitingAsks();
    const rows = [1, 2, 3].map(() => waiting.add(ask('Cpus: 1', 'Owner: bob')));
    const other = waiting.add(ask('Owner: bob', 'Cpus: 1'));
    expect([...finish(waiting.matching(tell('t', 'Cpus: 4')))]).to.deep.equal([...rows, other]);
    waiting.remove(rows[0] ?? -1);
    waiting.remove(rows[2] ?? -1);
    waiting.remove(rows[2] ?? -1);
    expect(waiting.size).to.equal(2);
    expect([...finish(waiting.matching(tell('t', 'Cpus: 4')))]).to.deep.equal([rows[1], other]);
  });
});
