import { expect } from 'chai';
import fc from 'fast-check';
import { planning, type Wanted } from '../../../broker/capacity/plan.ts';
import { Profile, type Span } from '../../../broker/capacity/profile.ts';
import { firstFit, stepsOf, timesFit } from '../../../broker/capacity/timeline.ts';
import type { Amounts } from '../../../broker/jobs/assignment.ts';
import { finish } from '../../../grammar/index.ts';
import { plainEarliest, plainMoments, plainTimes } from './plain.ts';

const amounts: fc.Arbitrary<Amounts> = fc
  .record({ cpus: fc.integer({ min: 0, max: 4 }), memory: fc.integer({ min: 0, max: 3 }), gpus: fc.nat(1) })
  // Tenths of a processor, and what is not taken is not said.
  .map((all) => new Map(Object.entries(all).flatMap(([name, n]) => (n === 0 ? [] : [[name, n / 10]]))));

const span: fc.Arbitrary<Span> = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 15 }), amounts)
  .map(([from, length, taken]) => ({ from, until: from + length, amounts: taken }));

/** What comes, and where it is a number, which of those that are there goes. */
const traffic = fc.array(fc.oneof({ weight: 3, arbitrary: span }, fc.nat(40)), { maxLength: 40 });

const total: Amounts = new Map([
  ['cpus', 1],
  ['memory', 0.8],
]);

const wanted: fc.Arbitrary<Wanted> = fc.record({
  amounts: amounts.filter((all) => all.size > 0),
  slots: fc.integer({ min: 1, max: 4 }),
  notBefore: fc.integer({ min: 0, max: 40 }),
  lengthMs: fc.integer({ min: 1, max: 12 }),
});

/** A profile after some traffic, and the spans that are in it. */
function worldAfter(steps: readonly (Span | number)[]): { readonly taken: Profile; readonly spans: Span[] } {
  const taken = new Profile();
  const spans: Span[] = [];
  for (const step of steps) {
    if (typeof step !== 'number') {
      taken.add(step);
      spans.push(step);
      continue;
    }
    const [gone] = spans.splice(step % Math.max(1, spans.length), 1);
    if (gone !== undefined) taken.remove(gone);
  }
  return { taken, spans };
}

describe('what is taken of a node over time', () => {
  it('is at each moment what the plain sum of it is, whatever came and went', () => {
    fc.assert(
      fc.property(traffic, fc.nat(40), fc.nat(15), (steps, from, length) => {
        const { taken, spans } = worldAfter(steps);
        const moments = plainMoments(spans);
        expect(taken.next(from)).to.equal(moments.find((moment) => moment > from));
        for (const name of ['cpus', 'memory', 'gpus', 'disk']) {
          const at = (moment: number) =>
            spans
              .filter((one) => one.from <= moment && moment < one.until)
              .reduce((sum, one) => sum + (one.amounts.get(name) ?? 0), 0);
          const between = [from, ...moments.filter((moment) => moment > from)];
          const within = between.filter((moment) => moment === from || moment < from + length);
          expect(taken.at(name, from)).to.be.closeTo(at(from), 1e-9);
          expect(taken.most(name, from, from + length)).to.be.closeTo(Math.max(...within.map(at)), 1e-9);
          for (const limit of [0.05, 0.35, 0.95]) {
            const above = between.find((moment) => at(moment) > limit);
            expect(taken.firstAbove(name, limit, from)).to.equal(above);
            expect(taken.firstWithin(name, limit, from)).to.equal(
              between.find((moment) => at(moment) <= limit),
            );
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves as much room, from when on and how often, as the plain function says, with what runs besides and what does not count', () => {
    fc.assert(
      fc.property(
        traffic,
        fc.array(span, { maxLength: 3 }),
        fc.nat(3),
        wanted,
        (steps, besides, gone, want) => {
          const { taken, spans } = worldAfter(steps);
          const less = spans.slice(0, gone);
          const node = { total, taken, spans: besides, less };
          const plain = { total, spans: [...spans.slice(gone), ...besides] };
          const { amounts: each, notBefore, lengthMs } = want;
          expect(timesFit(node, each, notBefore, notBefore + lengthMs)).to.equal(
            plainTimes(plain, each, notBefore, notBefore + lengthMs),
          );
          const first = plainEarliest([plain], { ...want, slots: 1 });
          expect(firstFit(node, each, want)).to.equal(first);
          if (first !== undefined) expect(firstFit(node, each, want, first)).to.equal(undefined);
          for (const { moment, isAfter, times } of stepsOf(node, each, { notBefore, lengthMs, most: 9 })) {
            const start = isAfter ? moment + 0.5 : moment;
            expect(times).to.equal(Math.min(9, plainTimes(plain, each, start, start + lengthMs)));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves several nodes together the slots as early as the plain function says', () => {
    fc.assert(
      fc.property(fc.array(traffic, { minLength: 1, maxLength: 40 }), wanted, (all, want) => {
        const worlds = all.map(worldAfter);
        const nodes = worlds.map(({ taken }, index) => ({ name: `n${index}`, total, taken, spans: [] }));
        const plain = worlds.map(({ spans }) => ({ total, spans }));
        const planned = finish(planning(nodes, want));
        expect(planned?.start).to.equal(plainEarliest(plain, want));
        if (planned === undefined) return;
        for (const [name, slots] of planned.slots) {
          const node = plain[Number(name.slice(1))]!;
          const until = planned.start + want.lengthMs;
          expect(plainTimes(node, want.amounts, planned.start, until)).to.be.at.least(slots);
        }
        expect([...planned.slots.values()].reduce((sum, slots) => sum + slots, 0)).to.equal(want.slots);
      }),
      { numRuns: 200 },
    );
  });
});
