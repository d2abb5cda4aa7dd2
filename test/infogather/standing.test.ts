import { expect } from 'chai';
import fc from 'fast-check';
import { Deadlines } from '../../infogather/deadlines.ts';
import { type Known, standingOf } from '../../infogather/nodes/standing.ts';
import { nodeMoves, nodePath, nodeStates } from '../../protocol/node-states.ts';

const silentMs = 30_000;

const moment = fc.integer({ min: 0, max: 200_000 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const known: fc.Arbitrary<Known> = fc.record({
  isRegistered: fc.boolean(),
  isReachable: fc.boolean(),
  metAt: moment,
  heardAt: optional(moment),
  fault: optional(fc.constantFrom('it hangs', 'it lies')),
  said: optional(fc.record({ state: fc.constantFrom('ready', 'busy', 'draining'), at: moment })),
});

describe('how a node stands', () => {
  it('stays so until the moment that is said, while nothing more is heard of it', () => {
    fc.assert(
      fc.property(known, moment, fc.integer({ min: 0, max: 300_000 }), (all, now, afterMs) => {
        const { state, reason, until } = standingOf(all, now, silentMs);
        expect(reason).to.not.equal('');
        const later = now + afterMs;
        if (until === undefined || later < until)
          expect(standingOf(all, later, silentMs)).to.include({ state });
      }),
    );
  });

  it('is silent only where a poll failed, and nothing was heard for long enough', () => {
    fc.assert(
      fc.property(known, moment, (all, now) => {
        const { state } = standingOf(all, now, silentMs);
        if (state !== 'silent') return;
        expect(all.fault).to.not.equal(undefined);
        for (const at of [all.heardAt, all.said?.at, all.metAt])
          expect(now - (at ?? -Infinity)).to.be.at.least(silentMs);
      }),
    );
  });

  it('is drained until its hours begin again, where its agent says so', () => {
    const all: Known = {
      isRegistered: true,
      isReachable: true,
      metAt: 0,
      heardAt: 1000,
      fault: undefined,
      said: { state: 'draining', closedUntilMs: Date.parse('2026-11-23T20:00:00Z'), at: 1000 },
    };
    expect(standingOf(all, 2000, silentMs)).to.include({
      state: 'drained',
      reason: 'it is closed until 2026-11-23T20:00Z',
    });
  });

  it('leads from each state to each other one by moves of the table alone', () => {
    for (const before of [undefined, ...nodeStates])
      for (const after of nodeStates) {
        let at = before;
        for (const next of nodePath(before, after)) {
          const may =
            at === undefined
              ? next === 'joining'
              : nodeMoves.some(({ from, to }) => from === at && to === next);
          expect(may, `${at} -> ${next}`).to.equal(true);
          at = next;
        }
        const staysThere = after === 'joining' && before !== undefined && before !== 'gone';
        expect(at).to.equal(staysThere ? before : after);
      }
  });
});

describe('the deadlines of many', () => {
  it('are taken in their order, whichever were set anew or deleted', () => {
    const steps = fc.array(
      fc.record({ of: fc.integer({ min: 0, max: 20 }), at: optional(fc.integer({ min: 0, max: 50 })) }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 30 }),
        (all, now, most) => {
          const deadlines = new Deadlines<number>();
          const model = new Map<number, number>();
          for (const { of, at } of all) {
            if (at === undefined) {
              deadlines.delete(of);
              model.delete(of);
            } else {
              deadlines.set(of, at);
              model.set(of, at);
            }
            expect(deadlines.next).to.equal(model.size === 0 ? undefined : Math.min(...model.values()));
          }
          const taken = deadlines.take(now, most);
          const due = [...model.values()].filter((at) => at <= now).sort((a, b) => a - b);
          expect(taken.map((of) => model.get(of))).to.deep.equal(due.slice(0, most));
          for (const of of taken) expect(deadlines.of(of)).to.equal(undefined);
        },
      ),
    );
  });
});
