import { expect } from 'chai';
import fc from 'fast-check';
import { AdaptiveTurns } from '../../infogather/polling/adaptive.ts';
import { EveryInterval } from '../../infogather/polling/every.ts';
import { createStrategy } from '../../infogather/polling/index.ts';
import { capped, Paced } from '../../infogather/polling/paced.ts';
import { Staggered } from '../../infogather/polling/staggered.ts';
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
  itIsAPollingStrategy({
    create: () => new Paced(new EveryInterval(intervalMs), capped(100)),
    mostAnInterval: 100,
  });

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
        const strategy = new Paced(new EveryInterval(intervalMs), capped(rate));
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
    const strategy = new Paced(new EveryInterval(intervalMs), capped(10));
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
      const strategy = new Paced(new EveryInterval(10), capped(rate));
      for (let port = 1; port <= 5; port += 1) strategy.add(`a:${port}`, 0);
      let count = 0;
      for (let now = 0; now < 100_000; now += 1) count += poll(strategy, now).length;
      expect(count).to.equal(100 * rate);
    }
  });

  it('says when the next poll may begin', () => {
    const strategy = new Paced(new EveryInterval(intervalMs), capped(2));
    for (let port = 1; port <= 3; port += 1) strategy.add(`a:${port}`, 0);
    expect(poll(strategy, 0)).to.have.length(2);
    expect(strategy.next(0)).to.equal(1_000);
    expect(strategy.free(400)).to.equal(1_000);
    expect(poll(strategy, 999)).to.deep.equal([]);
    expect(poll(strategy, 1_000)).to.have.length(2);
  });
});

describe('polling that is staggered', () => {
  const create = () => new Staggered(new EveryInterval(intervalMs));

  itIsAPollingStrategy({ create, mostAnInterval: 500 });

  it('spreads what came together, lets nobody wait for longer than two intervals, and then nobody at all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 20 }), (count, stepMs) => {
        const strategy = create();
        for (let index = 0; index < count; index += 1) strategy.add(`a:${index}`, 0);
        const begun: number[] = [];
        const last = new Map<string, number>();
        for (let now = 0; now < 5 * intervalMs; now += stepMs) {
          for (const one of poll(strategy, now)) {
            const gap = now - (last.get(one) ?? now - intervalMs);
            expect(gap).to.be.within(intervalMs, (now < 2 * intervalMs ? 2 : 1) * intervalMs + 2 * stepMs);
            last.set(one, now);
            begun.push(now);
          }
        }
        expect(last.size).to.equal(count);
        const most = 32 + Math.max(32, Math.ceil((1.25 * count * (100 + stepMs)) / intervalMs));
        for (let index = most; index < begun.length; index += 1)
          expect(begun[index]! - begun[index - most]!).to.be.at.least(100);
      }),
      { numRuns: 25 },
    );
  });
});

describe('polling that was held up', () => {
  it('is made up for at once, as far as a second of it', () => {
    const strategy = new Staggered(new EveryInterval(10_000));
    for (let index = 0; index < 5_000; index += 1) strategy.add(`a:${index}`, 0);
    let now = 0;
    for (; now < 20_000; now += 10) poll(strategy, now);
    expect(poll(strategy, now + 700).length).to.be.within(200, 500);
  });
});

describe('polling that adapts', () => {
  const shortestMs = 100;
  const turns = () => new AdaptiveTurns(intervalMs, shortestMs);

  itIsAPollingStrategy({ create: () => new Staggered(turns()), mostAnInterval: 500 });

  it('comes sooner where there is news, down to the shortest interval, and slows down again where there is none', () => {
    const strategy = turns();
    strategy.add('a:1', 0);
    const gaps = (isNews: boolean, from: number, count: number) => {
      const all: number[] = [];
      let now = from;
      while (all.length < count) {
        const next = strategy.next(now) ?? now;
        all.push(next - now);
        now = next;
        expect(strategy.due(now, 1)).to.deep.equal(['a:1']);
        strategy.heard('a:1', isNews, now);
      }
      return { all, now };
    };
    const busy = gaps(true, 0, 7);
    expect(busy.all).to.deep.equal([0, 500, 250, 125, 100, 100, 100]);
    const quiet = gaps(false, busy.now, 9);
    expect(quiet.all.at(0)).to.equal(100);
    expect(quiet.all).to.deep.equal(quiet.all.toSorted((a, b) => a - b));
    expect(quiet.all.at(-1)).to.equal(intervalMs);
    expect(strategy.rate).to.be.closeTo(1, 1e-9);
  });

  it('lets nobody starve, whatever the others bring, and knows its rate', () => {
    const news = fc.array(fc.boolean(), { minLength: 50, maxLength: 400 });
    fc.assert(
      fc.property(news, fc.integer({ min: 2, max: 40 }), (all, count) => {
        const strategy = turns();
        for (let index = 0; index < count; index += 1) strategy.add(`a:${index}`, 0);
        const last = new Map<string, number>();
        let turn = 0;
        for (let now = 0; now < 4 * intervalMs; now += 10) {
          for (const one of strategy.due(now, Infinity)) {
            expect(now - (last.get(one) ?? 0)).to.be.at.most(intervalMs + 10);
            last.set(one, now);
            strategy.heard(one, all[turn++ % all.length] ?? false, now);
          }
        }
        expect(last.size).to.equal(count);
        expect(strategy.rate).to.be.within(count * 0.999, (count * intervalMs * 1.001) / shortestMs);
        for (const one of last.keys()) strategy.remove(one);
        expect(strategy.rate).to.equal(0);
        expect(strategy.next(0)).to.equal(undefined);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the polling strategy of the configuration', () => {
  it('is chosen by one line', () => {
    const created = (polling?: string) =>
      createStrategy(infogatherSettings.parse(polling === undefined ? {} : { polling }));
    expect(created('every')).to.be.instanceOf(EveryInterval);
    expect(created('capped')).to.be.instanceOf(Paced);
    for (const polling of ['staggered', 'adaptive', undefined])
      expect(created(polling)).to.be.instanceOf(Staggered);
  });
});
