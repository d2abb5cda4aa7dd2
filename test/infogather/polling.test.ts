import { expect } from 'chai';
import fc from 'fast-check';
import { Capped } from '../../infogather/polling/capped.ts';
import { EveryInterval } from '../../infogather/polling/every.ts';
import { createStrategy } from '../../infogather/polling/index.ts';
import { infogatherSettings } from '../../infogather/settings.ts';
import { intervalMs, itIsAPollingStrategy, poll } from '../conformance/polling.ts';

describe('polling every interval', () => {
  itIsAPollingStrategy({ create: () => new EveryInterval(intervalMs), mostAnInterval: 500 });

  it('names all that is due at once', () => {
    const strategy = new EveryInterval(intervalMs);
    for (let port = 1; port <= 500; port += 1) strategy.add(`a:${port}`, 0);
    expect(poll(strategy, 0)).to.have.length(500);
    expect(poll(strategy, intervalMs - 1)).to.deep.equal([]);
    expect(poll(strategy, intervalMs)).to.have.length(500);
  });
});

describe('polling with a cap', () => {
  itIsAPollingStrategy({ create: () => new Capped(intervalMs, 100), mostAnInterval: 100 });

  it('never begins more polls than its rate in any second, whenever it is asked', () => {
    const moments = fc.array(
      fc.record({
        afterMs: fc.oneof(
          fc.constant(0),
          fc.integer({ min: 0, max: 300 }),
          fc.integer({ min: 0, max: 3_000 }),
        ),
        most: fc.integer({ min: 0, max: 20 }),
        // Some that were due are begun only later, as those of the lane of suspects are.
        held: fc.integer({ min: 0, max: 5 }),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), moments, (rate, all) => {
        const strategy = new Capped(intervalMs, rate);
        for (let port = 1; port <= 30; port += 1) strategy.add(`a:${port}`, 0);
        const begun: number[] = [];
        let now = 0;
        let held = 0;
        for (const { afterMs, most, held: wanted } of all) {
          now += afterMs;
          const begin = () => {
            strategy.begun(now);
            begun.push(now);
          };
          for (; held > 0 && strategy.free(now) <= now; held -= 1) begin();
          for (const _ of strategy.due(now, most)) {
            if (held < wanted) held += 1;
            else begin();
          }
          const free = strategy.free(now);
          expect(begun.filter((moment) => moment > free - 1_000).length).to.be.below(rate);
        }
        for (const first of begun) {
          const second = begun.filter((moment) => moment >= first && moment < first + 1_000);
          expect(second.length).to.be.at.most(rate);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('uses its rate in full where there is more to poll, and lets every address wait alike', () => {
    const strategy = new Capped(intervalMs, 10);
    const counts = new Map<string, number>();
    for (let port = 1; port <= 50; port += 1) strategy.add(`a:${port}`, 0);
    for (let now = 0; now < 20_000; now += 7)
      for (const one of poll(strategy, now)) counts.set(one, (counts.get(one) ?? 0) + 1);
    const all = [...counts.values()];
    expect(all.reduce((sum, count) => sum + count, 0)).to.be.within(190, 200);
    expect(Math.max(...all) - Math.min(...all)).to.be.at.most(1);
    expect(all).to.have.length(50);
  });

  it('keeps a rate below one a second, and one that is no whole number', () => {
    for (const rate of [0.5, 2.5]) {
      const strategy = new Capped(10, rate);
      for (let port = 1; port <= 5; port += 1) strategy.add(`a:${port}`, 0);
      let count = 0;
      for (let now = 0; now < 100_000; now += 1) count += poll(strategy, now).length;
      expect(count).to.equal(100 * rate);
    }
  });

  it('says when the next poll may begin', () => {
    const strategy = new Capped(intervalMs, 2);
    for (let port = 1; port <= 3; port += 1) strategy.add(`a:${port}`, 0);
    expect(poll(strategy, 0)).to.have.length(2);
    expect(strategy.next(0)).to.equal(1_000);
    expect(strategy.free(400)).to.equal(1_000);
    expect(poll(strategy, 999)).to.deep.equal([]);
    expect(poll(strategy, 1_000)).to.have.length(2);
  });
});

describe('the polling strategy of the configuration', () => {
  it('is chosen by one line', () => {
    expect(createStrategy(infogatherSettings.parse({}))).to.be.instanceOf(EveryInterval);
    expect(createStrategy(infogatherSettings.parse({ polling: 'capped' }))).to.be.instanceOf(Capped);
  });
});
