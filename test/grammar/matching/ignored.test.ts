import { expect } from 'chai';
import fc from 'fast-check';
import { finish, ignoredBy, Matcher } from '../../../grammar/index.ts';
import { explain } from '../../../grammar/matching/index.ts';
import { askHeadersWith, someTells } from './arbitraries.ts';
import { plainMatch, plainMissing } from './plain.ts';
import { ask, supplyOf, tell } from './support.ts';

const somePromises = askHeadersWith(['Deadline: 2026-12-01', 'Start: 2026-11-30', 'Guarantee: up']);

describe('what is left out for Tells that match', () => {
  it('is each term that one of them does not know', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(someTells, someTells, somePromises, (tells, later, headers) => {
        const asking = ask(...headers);
        const supply = supplyOf(tells);
        using snapshot = supply.snapshot();
        for (const party of later) supply.add(party);
        for (let row = 0; row < tells.length; row += 2) supply.remove(row);
        const matches = tells.filter((each) => plainMatch(asking, each));
        const missing = new Set(matches.flatMap((each) => plainMissing(asking, each)));
        const expected = asking.promises.filter((term) => missing.has(term));
        const matcher = new Matcher(asking, supply);
        // The fourth time it is told by what was kept.
        for (let time = 1; time <= 4; time += 1) {
          const ignored = finish(ignoredBy(matcher, snapshot));
          expect(ignored).to.deep.equal(expected.map((value) => ({ name: 'Ignored', value })));
        }
        expect(finish(explain(matcher, snapshot)).ignored).to.deep.equal(expected);
        seen.add(`${expected.length} of ${asking.promises.length}`);
      }),
      { numRuns: 300 },
    );
    expect([...seen]).to.include.members(['0 of 1', '1 of 1', '0 of 2', '2 of 2']);
  });

  it('is of each term by itself', () => {
    const deadline = ['Deadline: 2026-12-01', 'Guarantee: up 99 % of the time'];
    const tells = [
      tell('a', 'Region: eu', 'Understands: time'),
      tell('b', 'Region: us', 'Understands: guarantee'),
      tell('c', 'Region: ap', 'Understands: deadline, guarantee'),
    ];
    const ignored = (region: string) =>
      finish(ignoredBy(new Matcher(ask(...deadline, region), supplyOf(tells)))).map(({ value }) => value);
    expect(ignored('Region: eu | ap')).to.deep.equal(['Guarantee']);
    expect(ignored('Region: us | ap')).to.deep.equal(['Deadline']);
    expect(ignored('Region: eu | us')).to.deep.equal(['Deadline', 'Guarantee']);
    expect(ignored('Region: ap')).to.deep.equal([]);
  });

  it('takes no look at the Tells where each knows every term, or what it does not know is critical', () => {
    const understands = Array.from({ length: 100 }, (_, at) => tell(`t${at}`, 'Understands: time'));
    const plain = Array.from({ length: 100 }, (_, at) => tell(`t${at}`));
    const deadline = 'Deadline: 2026-12-01T18:00Z';
    const first = (matcher: Matcher) => ignoredBy(matcher).next();
    expect(first(new Matcher(ask(deadline), supplyOf(understands)))).to.deep.equal({ done: true, value: [] });
    expect(first(new Matcher(ask(deadline, 'Critical: Deadline'), supplyOf(plain)))).to.deep.equal({
      done: true,
      value: [],
    });
    expect(first(new Matcher(ask(deadline), supplyOf(plain)))).to.deep.equal({
      done: true,
      value: [{ name: 'Ignored', value: 'Deadline' }],
    });
  });

  it('is looked for among those Tells alone that do not know it', () => {
    const knowing = Array.from({ length: 300 }, (_, at) =>
      tell(`t${at}`, `Queue: q${at}`, 'Understands: time'),
    );
    const supply = supplyOf([...knowing, tell('plain', 'Queue: other')]);
    const matcher = new Matcher(ask('Deadline: 2026-12-01', 'Queue: ~ /^q/'), supply);
    expect(finish(ignoredBy(matcher))).to.deep.equal([]);
    expect(matcher.clauses.map(({ effort }) => effort)).to.deep.equal([1]);
  });
});
