import { expect } from 'chai';
import { systemClock } from '../../platform/clock.ts';

describe("the system's clock", () => {
  it('tells the time of now', () => {
    const before = Date.now();
    expect(systemClock.now()).to.be.within(before, Date.now());
  });

  it('calls once after the delay, and not what was cancelled or lies further ahead than Node.js can wait', async () => {
    const called: string[] = [];
    const cancelTooFar = systemClock.after(2 ** 31 + 5, () => called.push('too far'));
    const cancel = systemClock.after(1, () => called.push('cancelled'));
    cancel();
    await new Promise<void>((resolve) => systemClock.after(20, resolve));
    cancelTooFar();
    expect(called).to.deep.equal([]);
  });
});
