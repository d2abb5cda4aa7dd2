import { expect } from 'chai';
import fc from 'fast-check';
import type { Party } from '../../../grammar/documents/model.ts';
import {
  becauseHeaders,
  type Explanation,
  explain,
  finish,
  Matcher,
} from '../../../grammar/matching/index.ts';
import { someAskHeaders, someTells, someWishes } from './arbitraries.ts';
import {
  plainCarried,
  plainCritical,
  plainMatch,
  plainMissing,
  plainVerdicts,
  type Verdict,
} from './plain.ts';
import { ask, supplyOf, tell } from './support.ts';

function linesOf(asking: Party, tells: readonly Party[]): string[] {
  const matcher = new Matcher(asking, supplyOf(tells));
  return becauseHeaders(matcher, finish(explain(matcher))).map(({ name, value }) => `${name}: ${value}`);
}

/** How many of some verdicts are of each truth. */
function counted(verdicts: readonly Verdict[]): { yes: number; no: number; unsaid: number } {
  const count = (truth: boolean | undefined) => verdicts.filter((each) => each.truth === truth).length;
  return { yes: count(true), no: count(false), unsaid: count(undefined) };
}

/** What the Tells refuse, by name: how many no, and how many unsaid. */
function refusedBy({ demands }: Explanation): Map<string, string> {
  const refused = new Map(
    demands.refusals.map(({ spelled, no, unsaid }) => [spelled, `${no} no, ${unsaid} unsaid`]),
  );
  if (demands.soldOut > 0) refused.set('Slots', `${demands.soldOut} no, 0 unsaid`);
  return refused;
}

describe('an explanation', () => {
  it('adds up, and says what each clause alone stops', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(someTells, fc.oneof(someAskHeaders, someWishes), (tells, headers) => {
        const asking = ask(...headers);
        const explanation = finish(explain(new Matcher(asking, supplyOf(tells))));
        const pairs = tells.map((each) => plainVerdicts(asking, each));
        const obstacles = pairs.map((verdicts) => verdicts.filter(({ truth }) => truth !== true));
        expect(explanation.of).to.equal(tells.length);
        expect(explanation.matched).to.equal(obstacles.filter(({ length }) => length === 0).length);
        for (const { clause, tally } of explanation.clauses) {
          const isIt = ({ of, what }: Verdict) => of === 'ask' && what === clause.header;
          const { yes, no, unsaid, alone } = tally;
          expect({ yes, no, unsaid }, clause.header).to.deep.equal(counted(pairs.flat().filter(isIt)));
          const stopped = obstacles.filter((all) => all.length === 1 && all.some(isIt));
          expect(alone, clause.header).to.equal(stopped.length);
          if (alone > 0) kinds.add(clause.kind);
        }
      }),
      { numRuns: 500 },
    );
    expect([...kinds].sort()).to.deep.equal(['budgets', 'need', 'requires', 'test']);
  });

  it('counts each test of the Tells that the Ask does not pass, by its name', () => {
    const names = new Set<string>();
    fc.assert(
      fc.property(someTells, someAskHeaders, (tells, headers) => {
        const asking = ask(...headers);
        const explanation = finish(explain(new Matcher(asking, supplyOf(tells))));
        const wanted = tells.flatMap((each) =>
          plainVerdicts(asking, each).filter(({ of, what }) => of === 'tell' && what !== 'Understands'),
        );
        const refused = Map.groupBy(
          wanted.filter(({ truth }) => truth !== true),
          ({ what }) => what,
        );
        const sums = [...refused].map(([what, verdicts]): [string, string] => {
          const { no, unsaid } = counted(verdicts);
          return [what, `${no} no, ${unsaid} unsaid`];
        });
        expect(refusedBy(explanation)).to.deep.equal(new Map(sums));
        for (const name of refused.keys()) names.add(name);
        for (const term of asking.promises) {
          const unknown = tells.filter((each) => plainMissing(asking, each).includes(term));
          const isCritical = plainCritical(asking, term);
          expect(explanation.demands.unknownTerms.get(term) ?? 0).to.equal(isCritical ? unknown.length : 0);
        }
      }),
      { numRuns: 500 },
    );
    expect([...names]).to.include.members(['Walltime', 'Owner', 'Cpus', 'Requires', 'Explicit', 'Slots']);
  });

  it('says how many of the slots that Count asks for the matches carry', () => {
    let short = 0;
    fc.assert(
      fc.property(someTells, someWishes, (tells, headers) => {
        const asking = ask(...headers);
        const matcher = new Matcher(asking, supplyOf(tells));
        const explanation = finish(explain(matcher));
        const matches = tells.filter((each) => plainMatch(asking, each));
        const carried = Math.min(asking.count, plainCarried(asking, matches));
        expect(explanation.carried).to.equal(carried);
        expect(carried === asking.count).to.equal(finish(matcher.answer()).rows.length > 0);
        const isShort = carried < asking.count && matches.length > 0;
        const text = `${carried} of the ${asking.count} slots that Count asks for`;
        expect(explanation.notes.some((note) => note.endsWith(text))).to.equal(isShort);
        short += Number(isShort);
      }),
      { numRuns: 500 },
    );
    expect(short).to.be.above(20);
  });

  it('notes a value of another kind, and one that differs in capitals alone', () => {
    const lines = linesOf(ask('Queue: > 3', 'Region: EU'), [tell('tell-9', 'Queue: long', 'Region: eu')]);
    expect(lines.slice(-2)).to.deep.equal([
      "Note: tell-9 says 'Queue: long', which is no number",
      "Note: tell-9 says 'Region: eu', which differs in capital letters alone",
    ]);
  });

  it('notes that Tells charge by time where the Ask has a Budget and no Walltime', () => {
    const tells = [
      tell('a', 'Price: 3 EUR/h'),
      tell('b', 'Price: 0.50 EUR/job'),
      tell('c', 'Price: 1 USD/h'),
      tell('d'),
    ];
    const notes = (...headers: readonly string[]) => linesOf(ask(...headers), tells).slice(2);
    expect(notes('Budget: 1 EUR')).to.deep.equal([
      'Note: say Walltime: 1 Tell charges by time, so that without it nobody knows whether a Budget holds',
    ]);
    expect(notes('Budget: 1 EUR', 'Budget: 1 USD')).to.deep.equal([
      'Note: say Walltime: 2 Tells charge by time, so that without it nobody knows whether a Budget holds',
    ]);
    expect(notes('Budget: 1 EUR', 'Walltime: 1 h')).to.deep.equal([]);
  });

  it('notes how far matches carry Count, and not where there are none', () => {
    const tells = [tell('a', 'Cpus: 16'), tell('b', 'Cpus: 4')];
    const lines = (...headers: readonly string[]) => linesOf(ask(...headers), tells);
    expect(lines('Count: 4', 'Cpus: 8').at(-1)).to.equal(
      'Note: the match carries 2 of the 4 slots that Count asks for',
    );
    expect(lines('Count: 6', 'Cpus: 4').at(-1)).to.equal(
      'Note: the matches carry 5 of the 6 slots that Count asks for',
    );
    expect(lines('Count: 5', 'Cpus: 4').join()).to.not.contain('Note');
    expect(lines('Count: 2', 'Cpus: 64').join()).to.not.contain('Note');
  });

  it('says that slots are sold out', () => {
    expect(linesOf(ask('Cpus: 8'), [tell('a', 'Cpus: 8', 'Slots: 0')])).to.deep.equal([
      'Matched: 0 of 1',
      'Clause: Cpus: 8 -> 1 yes, 0 no, 0 unsaid; alone stops 0',
      'Refused-by: Slots -> 1 no',
    ]);
  });
});
