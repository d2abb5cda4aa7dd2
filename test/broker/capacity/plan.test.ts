import { expect } from 'chai';
import fc from 'fast-check';
import { type PlannedNode, planning, type Wanted } from '../../../broker/capacity/plan.ts';
import type { Span } from '../../../broker/capacity/profile.ts';

import type { Amounts } from '../../../broker/jobs/assignment.ts';
import { finish } from '../../../grammar/index.ts';

const plan = (nodes: readonly PlannedNode[], want: Wanted) => finish(planning(nodes, want));

const amountsOf = (cpus: number, memory = 0): Amounts =>
  new Map([
    ['cpus', cpus],
    ['memory', memory],
  ]);

const span = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 3 }))
  .map(([from, length, cpus]): Span => ({ from, until: from + length, amounts: amountsOf(cpus) }));

const nodes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.array(span, { maxLength: 5 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((all): PlannedNode[] =>
    all.map(([cpus, spans], index) => ({ name: `n${index}`, total: amountsOf(cpus, 10), spans })),
  );

const wanted: fc.Arbitrary<Wanted> = fc.record({
  amounts: fc.integer({ min: 1, max: 3 }).map((cpus) => amountsOf(cpus, 1)),
  slots: fc.integer({ min: 1, max: 4 }),
  notBefore: fc.integer({ min: 0, max: 10 }),
  lengthMs: fc.integer({ min: 1, max: 8 }),
});

/** How many slots a node has at each moment of a stretch, counted moment by moment. */
function slotsOf({ total, spans }: PlannedNode, { amounts, lengthMs }: Wanted, start: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let moment = start; moment < start + lengthMs; moment += 1) {
    for (const [name, amount] of amounts) {
      const used = spans
        .filter((one) => one.from <= moment && one.until > moment)
        .reduce((sum, one) => sum + (one.amounts.get(name) ?? 0), 0);
      least = Math.min(least, Math.floor(Math.max(0, total.get(name)! - used) / amount));
    }
  }
  return least;
}

describe('a plan of what runs when', () => {
  it('names the earliest moment at which all slots are there as long as they are wanted', () => {
    fc.assert(
      fc.property(nodes, wanted, (all, want) => {
        const enough = (start: number) =>
          all.reduce((sum, node) => sum + slotsOf(node, want, start), 0) >= want.slots;
        let earliest: number | undefined;
        for (let start = want.notBefore; start <= 60 && earliest === undefined; start += 1)
          if (enough(start)) earliest = start;
        expect(plan(all, want)?.start).to.equal(earliest);
      }),
      { numRuns: 500 },
    );
  });

  it('gives no node more than it has, beside all that it gave before', () => {
    fc.assert(
      fc.property(nodes, fc.array(wanted, { maxLength: 8 }), (all, wants) => {
        const planned = all.map((node) => ({ ...node, spans: [] as Span[] }));
        for (const want of wants) {
          const found = plan(planned, want);
          for (const [name, times] of found?.slots ?? []) {
            const node = planned.find((one) => one.name === name)!;
            for (let slot = 0; slot < times; slot += 1)
              node.spans.push({
                amounts: want.amounts,
                from: found!.start,
                until: found!.start + want.lengthMs,
              });
          }
        }
        for (const { total, spans } of planned)
          for (let moment = 0; moment < 100; moment += 1)
            for (const name of ['cpus', 'memory']) {
              const used = spans
                .filter((one) => one.from <= moment && one.until > moment)
                .reduce((sum, one) => sum + (one.amounts.get(name) ?? 0), 0);
              expect(used).to.be.at.most(total.get(name)!);
            }
      }),
    );
  });

  it('waits for what has no end for ever, and takes fractions of a processor for a whole', () => {
    const busy: PlannedNode = {
      name: 'n',
      total: amountsOf(1),
      spans: [{ amounts: amountsOf(1), from: 0, until: Number.POSITIVE_INFINITY }],
    };
    const want = { amounts: amountsOf(1), slots: 1, notBefore: 5, lengthMs: 1 };
    expect(plan([busy], want)).to.equal(undefined);
    const tenth = { amounts: amountsOf(0.1), from: 0, until: 10 };
    const shared: PlannedNode = { name: 's', total: amountsOf(1), spans: Array<Span>(9).fill(tenth) };
    expect(plan([shared], { ...want, amounts: amountsOf(0.1) })?.start).to.equal(5);
    expect(plan([shared], { ...want, amounts: amountsOf(0.2) })?.start).to.equal(10);
  });

  it('looks at some dozens of nodes in one slice, however many there are and however long nothing is free', () => {
    let looked = new Set<string>();
    const busy = (name: string): PlannedNode => ({
      name,
      total: amountsOf(1),
      get spans() {
        looked.add(name);
        return [{ amounts: amountsOf(1), from: 0, until: 1_000 }];
      },
    });
    const many = Array.from({ length: 2_000 }, (_, index) => busy(`n${index}`));
    for (const slots of [1, 2_000]) {
      const work = planning(many, { amounts: amountsOf(1), slots, notBefore: 5, lengthMs: 10 });
      let most = 0;
      let step: ReturnType<typeof work.next>;
      do {
        looked = new Set();
        step = work.next();
        most = Math.max(most, looked.size);
      } while (step.done !== true);
      expect(step.value?.start).to.equal(1_000);
      expect(most).to.be.within(1, 64);
    }
  });
});
