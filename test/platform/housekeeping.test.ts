import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { createHousekeeping, type Sweeper } from '../../platform/housekeeping.ts';
import { type Log, silentLog } from '../../platform/log.ts';
import { ManualClock } from '../support/clock.ts';

const everySecond = '* * * * * *';
const clock = new ManualClock(42_000);

/** A sweeper that counts its sweeps, and a promise of each count. */
function counting(name: string, doing: (sweep: number) => Promise<void> = async () => {}) {
  let count = 0;
  const waiting = new Map<number, () => void>();
  const sweeper: Sweeper = {
    name,
    async sweep(now) {
      expect(now).to.equal(42_000);
      count += 1;
      waiting.get(count)?.();
      await doing(count);
    },
  };
  const reached = (wanted: number) => new Promise<void>((resolve) => waiting.set(wanted, resolve));
  return { sweeper, reached, count: () => count };
}

describe('housekeeping', () => {
  it('sweeps every part by its schedule, with the time of its clock', async () => {
    const [one, two] = [counting('one'), counting('two')];
    const both = Promise.all([one.reached(2), two.reached(2)]);
    await using housekeeping = createHousekeeping({
      sweepers: [one.sweeper, two.sweeper],
      schedule: everySecond,
      clock,
      log: silentLog,
    });
    await housekeeping.start();
    await both;
  });

  it('starts no sweep again that is still running, holds up no other, and waits for it to stop', async () => {
    const release = Promise.withResolvers<void>();
    const [slow, quick] = [counting('slow', () => release.promise), counting('quick')];
    const again = quick.reached(2);
    const housekeeping = createHousekeeping({
      sweepers: [slow.sweeper, quick.sweeper],
      schedule: everySecond,
      clock,
      log: silentLog,
    });
    await housekeeping.start();
    await again;
    expect(slow.count()).to.equal(1);
    let stopped = false;
    const stop = housekeeping.stop().then(() => {
      stopped = true;
    });
    await turn();
    expect(stopped).to.equal(false);
    release.resolve();
    await stop;
    await housekeeping.stop();
  });

  it('logs a sweep that fails, and sweeps again', async () => {
    const errors: unknown[] = [];
    const log: Log = { ...silentLog, error: (_message, fields) => errors.push(fields) };
    const failure = new Error('locked');
    const failing = counting('failing', (sweep) =>
      sweep === 1 ? Promise.reject(failure) : Promise.resolve(),
    );
    const second = failing.reached(2);
    await using housekeeping = createHousekeeping({
      sweepers: [failing.sweeper],
      schedule: everySecond,
      clock,
      log,
    });
    await housekeeping.start();
    await second;
    expect(errors).to.deep.equal([{ sweeper: 'failing', error: failure }]);
  });

  it('may be stopped without having been started, and refuses what is no cron pattern', async () => {
    await createHousekeeping({ sweepers: [], schedule: '* * * * *', clock, log: silentLog }).stop();
    expect(() => createHousekeeping({ sweepers: [], schedule: 'often', clock, log: silentLog })).to.throw(
      "'often' is no cron pattern",
    );
  });
});
