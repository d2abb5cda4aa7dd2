import { expect } from 'chai';
import fc from 'fast-check';
import { planOf, type Victim } from './plan.ts';

const options = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  ms: fc.integer({ min: 1, max: 600_000 }),
  tasks: fc.integer({ min: 1, max: 2_000 }),
  canFill: fc.boolean(),
});

describe('a plan of chaos', () => {
  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number) => planOf({ seed, ms: 60_000, tasks: 100, canFill: true });
    expect(of(7)).to.deep.equal(of(7));
    expect(of(7).faults).not.to.deep.equal(of(8).faults);
    expect(of(7).jobs).not.to.deep.equal(of(8).jobs);
  });

  it('has so many tasks, each job under a word of its own, and nothing after the end', () => {
    fc.assert(
      fc.property(options, (one) => {
        const { faults, jobs } = planOf(one);
        expect(jobs.flatMap(({ sleepsMs }) => sleepsMs)).to.have.length(one.tasks);
        expect(new Set(jobs.map(({ request }) => request)).size).to.equal(jobs.length);
        for (const { atMs } of [...faults, ...jobs]) expect(atMs).to.be.within(0, one.ms);
      }),
    );
  });

  it('does to batch systems what may be done to them, and to nothing that is not there', () => {
    fc.assert(
      fc.property(options, (one) => {
        for (const fault of planOf({ ...one, inBatch: true }).faults) {
          expect(fault.does).not.to.equal('fill');
          if ('whom' in fault)
            expect(fault.whom).to.be.oneOf(['broker', 'agent', 'market', 'bus', 'job'] satisfies Victim[]);
        }
      }),
    );
    const { faults } = planOf({ seed: 7, ms: 600_000, tasks: 1, canFill: false, inBatch: true });
    expect(faults.filter(({ does }) => does === 'requeue')).not.to.deep.equal([]);
  });

  it('does the same but fill disks where disks cannot be filled', () => {
    fc.assert(
      fc.property(options, (one) => {
        const all = planOf({ ...one, canFill: true }).faults.filter(({ does }) => does !== 'fill');
        expect(planOf({ ...one, canFill: false }).faults).to.deep.equal(all);
      }),
    );
  });
});
