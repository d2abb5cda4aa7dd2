import { expect } from 'chai';
import fc from 'fast-check';
import { type Candidate, leastBusy, nearData } from '../../../broker/jobs/placement.ts';

const slackBytes = 10;
const strategy = nearData(slackBytes);

const candidate: fc.Arbitrary<Candidate> = fc.record({
  resource: fc.string({ minLength: 1, maxLength: 2 }),
  room: fc.constantFrom('now' as const, 'ahead' as const),
  share: fc.constantFrom(0, 0.5, 1),
  tasks: fc.nat(3),
  load: fc.constantFrom(0, 1, 2, 3),
  lacksBytes: fc.constantFrom(0, 4, 9, 15, 40, 1000),
});
const candidates = fc.uniqueArray(candidate, { selector: ({ resource }) => resource });

/** As it is chosen by load alone. */
const byLoad = (all: readonly Candidate[]): Candidate | undefined => leastBusy(all);
const byData = (all: readonly Candidate[]): Candidate | undefined => strategy(all);

describe('the choice of a node', () => {
  it('is one of those that have room, and none where there is none, whatever their order', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const chosen = byData(all);
        expect(byData(all.toReversed())).to.equal(chosen);
        if (all.length === 0) expect(chosen).to.equal(undefined);
        else expect(all).to.include(chosen);
      }),
    );
  });

  it('is never one that holds a task ahead, whatever it has, where another could begin it', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const now = all.filter(({ room }) => room === 'now');
        if (now.length > 0) expect(now).to.include(byData(all));
        expect(byData(all)?.room).to.equal(byLoad(all)?.room);
      }),
    );
  });

  it('is by load alone where what they lack makes no difference', () => {
    fc.assert(
      fc.property(candidates, fc.constantFrom(0, 100), (all, base) => {
        const alike = all.map((one) => ({ ...one, lacksBytes: base + Math.min(one.lacksBytes, slackBytes) }));
        expect(byData(alike)).to.equal(byLoad(alike));
      }),
    );
  });

  it('is one that lacks about the least, and the least busy of those', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const chosen = byData(all);
        if (chosen === undefined) return;
        const alike = all.filter(({ room }) => room === chosen.room);
        const calm = alike.filter(({ load }) => load < 2);
        const least = Math.min(...calm.map(({ lacksBytes }) => lacksBytes));
        if (calm.length === alike.length) {
          const near = alike.filter(({ lacksBytes }) => lacksBytes <= least + slackBytes);
          expect(chosen).to.equal(byLoad(near));
        } else if (calm.includes(chosen)) expect(chosen.lacksBytes).to.be.at.most(least + slackBytes);
      }),
    );
  });

  it('does not go by what an overloaded node has', () => {
    const node = { room: 'now' as const, share: 0, tasks: 0 };
    const full = { ...node, resource: 'full', load: 0.5, lacksBytes: 0 };
    const empty = { ...node, resource: 'empty', share: 0.5, load: 0.5, lacksBytes: 1000 };
    expect(byData([full, empty])?.resource).to.equal('full');
    expect(byData([{ ...full, share: 0.9, load: 5 }, empty])?.resource).to.equal('empty');
  });
});
