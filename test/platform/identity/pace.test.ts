import { expect } from 'chai';
import fc from 'fast-check';
import { Pace } from '../../../platform/identity/pace.ts';
import { ManualClock } from '../../support/clock.ts';

describe('the pace of many', () => {
  it('never lets more through in any span than at once and a second, and none that waited as long as it was told is refused', async () => {
    const limits = fc.record({
      aSecond: fc.double({ min: 0.1, max: 1_000, noNaN: true }),
      atOnce: fc.integer({ min: 1, max: 50 }),
      names: fc.constant(10),
    });
    const waits = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(limits, waits, ({ aSecond, atOnce, names }, pauses) => {
        let now = 1_000_000;
        const pace = new Pace({ aSecond, atOnce, names }, { now: () => now });
        const taken: number[] = [];
        let mayFrom: number | undefined;
        for (const pause of pauses) {
          now += pause;
          const waitMs = pace.take('ann');
          if (mayFrom !== undefined && now >= mayFrom) expect(waitMs, 'waited as long as told').to.equal(0);
          mayFrom = waitMs > 0 ? now + waitMs : undefined;
          if (waitMs === 0) taken.push(now);
        }
        for (const [index, at] of taken.entries())
          for (const [more, later] of taken.slice(index).entries())
            expect(more + 1).to.be.at.most(atOnce + ((later - at) / 1000) * aSecond + 1e-6);
      }),
    );
  });

  it('is each one’s own, and a clock that was set back takes nothing', () => {
    const clock = new ManualClock();
    let back = 0;
    const pace = new Pace({ aSecond: 1, atOnce: 1, names: 10 }, { now: () => clock.now() - back });
    expect(pace.take('ann')).to.equal(0);
    expect(pace.take('bob')).to.equal(0);
    expect(pace.take('ann')).to.equal(1_000);
    back = 3_600_000;
    expect(pace.take('ann')).to.equal(1_000);
  });

  it('forgets who came first where too many come', () => {
    const pace = new Pace({ aSecond: 1, atOnce: 1, names: 2 }, { now: () => 0 });
    for (const name of ['ann', 'bob', 'eve']) expect(pace.take(name)).to.equal(0);
    expect(pace.take('bob')).to.equal(1_000);
    expect(pace.take('ann')).to.equal(0);
  });
});
