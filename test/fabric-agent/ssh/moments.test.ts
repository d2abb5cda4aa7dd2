import { expect } from 'chai';
import type { BackEnd, RunOrder } from '../../../fabric-agent/back-ends/back-end.ts';
import { placeIn } from '../../../fabric-agent/back-ends/back-end.ts';
import { createSshBackEnd } from '../../../fabric-agent/back-ends/ssh.ts';
import { unsetClock } from '../../../fabric-agent/ssh/far-clock.ts';
import type { FarFolder } from '../../../fabric-agent/ssh/far-folder.ts';
import type { Link } from '../../../fabric-agent/ssh/link.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';

describe('moments of orders for another host', () => {
  let orders: RunOrder[];
  let thereMs: number;
  let hereMs: number;
  let backEnd: BackEnd;

  beforeEach(() => {
    orders = [];
    thereMs = 1_000;
    hereMs = 5_000_000;
    const inner = {
      now: () => ({ boot: 'there', atMs: thereMs }),
      place: (key: RunOrder) => placeIn('/there/tasks', key),
      states: async () => [{ state: 'running' }],
      launch: async (order: RunOrder) => {
        orders.push(order);
        return { handle: 'a.1', run: { state: 'running' } };
      },
    } as unknown as BackEnd;
    backEnd = createSshBackEnd({
      ...{ folder: '/here', inner, supervisor: undefined, path: '/usr/bin', lookMs: 1_000, log: silentLog },
      ...{ link: {} as Link, far: {} as FarFolder, bounds: { totalBytes: 1, entries: 1, depth: 1 } },
      clock: { ...systemClock, now: () => hereMs },
    });
  });

  const order: RunOrder = {
    ...{ task: 'a', attempt: 1, argv: ['/bin/true'], timeMs: 400, graceMs: 10 },
    ...{ latestStartMs: 5_000_300, endMs: 5_000_400, leaseEndMs: Number.POSITIVE_INFINITY },
    environment: {
      HOME: '/here/tasks/a.1/work',
      TMPDIR: '/here/tasks/a.1/tmp',
      PATH: '/opt/here',
      WORD: 'as it is',
    },
    limits: { outputBytes: 1, memoryBytes: null, processes: null },
    asks: { cpus: 1, memoryBytes: null },
  };

  it('are those of its own clock, and places are those there', async () => {
    await backEnd.launch(order);
    expect(orders[0]).to.deep.include({
      latestStartMs: 1_300,
      endMs: 1_400,
      leaseEndMs: Number.POSITIVE_INFINITY,
    });
    expect(orders[0]?.environment).to.deep.equal({
      ...{
        HOME: '/there/tasks/a.1/work',
        TMPDIR: '/there/tasks/a.1/tmp',
        PATH: '/usr/bin',
        WORD: 'as it is',
      },
    });
  });

  it('do not come again with another boot of it', async () => {
    await backEnd.launch(order);
    [thereMs, hereMs] = [20, hereMs + 1_000];
    await backEnd.launch(order);
    expect(orders[1]?.latestStartMs, 'long past').to.be.below(thereMs);
    expect(backEnd.now()).to.deep.equal({ boot: 'wall clock', atMs: hereMs });
  });

  it('are not moved by whoever sets the clock of this machine, and time asleep counts', () => {
    const elapsed = { awakeMs: 7.5, upMs: 1_000_000 };
    const clock = unsetClock(
      { ...systemClock, now: () => hereMs },
      { awakeMs: () => elapsed.awakeMs, upMs: () => elapsed.upMs },
    );
    hereMs -= 3_600_000;
    Object.assign(elapsed, { awakeMs: 57.5, upMs: 1_000_050 });
    expect(clock.now()).to.equal(5_000_050);
    elapsed.upMs += 60_000;
    expect(clock.now()).to.equal(5_060_040);
  });
});
