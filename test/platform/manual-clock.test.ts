import { expect } from 'chai';
import { ManualClock } from '../support/clock.ts';

describe('the manual clock', () => {
  it('stands still until it is moved', async () => {
    const clock = new ManualClock(5000);
    expect(clock.now()).to.equal(5000);
    await clock.advance(250);
    expect(clock.now()).to.equal(5250);
  });

  it('calls what falls due in its order, each at its own time', async () => {
    const clock = new ManualClock(0);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b at ${clock.now()}`));
    clock.after(10, () => seen.push(`a at ${clock.now()}`));
    clock.after(20, () => seen.push(`c at ${clock.now()}`));
    clock.after(21, () => seen.push('too late'));
    await clock.advance(20);
    expect(seen).to.deep.equal(['a at 10', 'b at 20', 'c at 20']);
  });

  it('calls nothing that was cancelled', async () => {
    const clock = new ManualClock();
    let called = 0;
    const cancel = clock.after(10, () => called++);
    clock.after(5, cancel);
    await clock.advance(100);
    expect(called).to.equal(0);
  });

  it('lets promises set timers that fall due in the same move', async () => {
    const clock = new ManualClock(0);
    const wait = (ms: number) => new Promise<void>((done) => clock.after(ms, done));
    const seen: number[] = [];
    const rounds = (async () => {
      for (let round = 0; round < 3; round++) {
        await wait(10);
        seen.push(clock.now());
      }
    })();
    await clock.advance(30);
    await rounds;
    expect(seen).to.deep.equal([10, 20, 30]);
  });
});
