import { expect } from 'chai';
import fc from 'fast-check';
import type { PollingStrategy } from '../../infogather/polling/strategy.ts';

/** The interval that the suite has strategies made with. */
export const intervalMs = 1_000;

/** How a strategy is made, and how many addresses it can poll once an interval. */
export interface StrategyUnderTest {
  readonly create: () => PollingStrategy;
  readonly mostAnInterval: number;
}

/** What may happen to a schedule. */
type Step =
  | { readonly kind: 'add'; readonly address: string }
  | { readonly kind: 'remove'; readonly address: string }
  | { readonly kind: 'due'; readonly afterMs: number; readonly most: number };

const addresses = Array.from({ length: 6 }, (_, index) => `127.0.0.1:${index + 1}`);
const address = fc.constantFrom(...addresses);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const), address }),
    fc.record({ kind: fc.constant('remove' as const), address }),
    fc.record({
      kind: fc.constant('due' as const),
      afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 * intervalMs })),
      most: fc.integer({ min: 0, max: 8 }),
    }),
  ),
  { maxLength: 60 },
);

/** Names what is due, and counts it as begun. */
export function poll(strategy: PollingStrategy, now: number, most = Infinity): string[] {
  const due = strategy.due(now, most);
  for (const _ of due) strategy.begun(now);
  return due;
}

/** Every strategy keeps this: each address once an interval, in the order of waiting, and never more than asked for. */
export function itIsAPollingStrategy({ create, mostAnInterval }: StrategyUnderTest): void {
  it('names an address at once, and then once an interval', () => {
    const strategy = create();
    strategy.add('a:1', 500);
    const named: number[] = [];
    for (let now = 500; now < 500 + 5 * intervalMs; now += 50)
      if (poll(strategy, now).length > 0) named.push(now);
    expect(named).to.deep.equal([0, 1, 2, 3, 4].map((turn) => 500 + turn * intervalMs));
  });

  it('names each of many addresses once in every interval', () => {
    const strategy = create();
    const many = Array.from({ length: mostAnInterval }, (_, index) => `10.0.0.1:${index + 1}`);
    for (const one of many) strategy.add(one, 0);
    for (let interval = 0; interval < 4; interval += 1) {
      const named: string[] = [];
      for (let ms = 0; ms < intervalMs; ms += 1) named.push(...poll(strategy, interval * intervalMs + ms));
      expect(named.toSorted()).to.deep.equal(many.toSorted());
    }
  });

  it('makes up for nothing that was missed', () => {
    const strategy = create();
    strategy.add('a:1', 0);
    expect(poll(strategy, 0)).to.deep.equal(['a:1']);
    expect(poll(strategy, 10 * intervalMs)).to.deep.equal(['a:1']);
    expect(poll(strategy, 10 * intervalMs + 1)).to.deep.equal([]);
    expect(strategy.next(10 * intervalMs + 1)).to.equal(11 * intervalMs);
  });

  it('keeps the turn of an address that is added again, and gives a new one to one that was removed', () => {
    const strategy = create();
    strategy.add('a:1', 0);
    poll(strategy, 0);
    strategy.add('a:1', 10);
    expect(poll(strategy, 10)).to.deep.equal([]);
    strategy.remove('a:1');
    expect(strategy.next(10)).to.equal(undefined);
    expect(poll(strategy, 2 * intervalMs)).to.deep.equal([]);
    strategy.add('a:1', 2 * intervalMs);
    expect(poll(strategy, 2 * intervalMs)).to.deep.equal(['a:1']);
  });

  it('lets no address that is added again and again come before those that wait', () => {
    const strategy = create();
    for (const one of ['a:1', 'b:1']) strategy.add(one, 0);
    poll(strategy, 0);
    poll(strategy, 1);
    strategy.remove('b:1');
    strategy.add('b:1', intervalMs + 10);
    expect(strategy.due(intervalMs + 20, 1)).to.deep.equal(['a:1']);
  });

  it('goes on where the clock was set back', () => {
    const strategy = create();
    strategy.add('a:1', 1_000_000);
    poll(strategy, 1_000_000);
    expect(strategy.next(5_000)).to.be.within(5_000, 5_000 + intervalMs);
    expect(poll(strategy, 5_000 + intervalMs)).to.deep.equal(['a:1']);
    expect(poll(strategy, 5_001 + intervalMs)).to.deep.equal([]);
    expect(poll(strategy, 5_000 + 2 * intervalMs)).to.deep.equal(['a:1']);
  });

  it('keeps to all of this in any schedule', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const strategy = create();
        /** Since when each address waits, or will. */
        const waiting = new Map<string, number>();
        let now = 0;
        for (const step of all) {
          if (step.kind === 'add') {
            if (!waiting.has(step.address)) waiting.set(step.address, now);
            strategy.add(step.address, now);
          } else if (step.kind === 'remove') {
            waiting.delete(step.address);
            strategy.remove(step.address);
          } else {
            const promised = strategy.next(now);
            now += step.afterMs;
            const due = [...waiting].filter(([, since]) => since <= now).sort(([, a], [, b]) => a - b);
            const named = poll(strategy, now, step.most);
            expect(named.length).to.be.at.most(step.most);
            if (promised !== undefined && promised > now) expect(named, 'before its time').to.deep.equal([]);
            if (promised !== undefined && promised <= now && step.most > 0)
              expect(named, 'at its time').not.to.deep.equal([]);
            expect(named.map((one) => waiting.get(one))).to.deep.equal(
              due.slice(0, named.length).map(([, since]) => since),
            );
            expect(new Set(named).size).to.equal(named.length);
            for (const one of named) waiting.set(one, now + intervalMs);
          }
        }
        expect(strategy.next(now) === undefined).to.equal(waiting.size === 0);
      }),
      { numRuns: 500 },
    );
  });

  it('takes a time that grows no faster than the number of addresses', () => {
    const ratios = [0, 1, 2].map(() => costOf(create(), 100_000) / costOf(create(), 2_000));
    // Fifty times as many: one that looked through all of them for each would take 2,500 times as long.
    expect(Math.min(...ratios)).to.be.below(400);
  });
}

/** Time of the processor for one turn of every address, a few at a time, in microseconds. */
function costOf(strategy: PollingStrategy, count: number): number {
  for (let index = 0; index < count; index += 1) strategy.add(`${index}:1`, 0);
  const begun = process.cpuUsage();
  let named = 0;
  for (let now = 0; named < 2 * count; now += 1) {
    const due = strategy.due(now, 8);
    named += due.length;
    if (due.length === 0) now = Math.max(now, (strategy.next(now) ?? now) - 1);
    else if (now % 4 === 0) {
      strategy.remove(due[0]!);
      strategy.add(due[0]!, now);
    }
  }
  const { user, system } = process.cpuUsage(begun);
  return user + system;
}
