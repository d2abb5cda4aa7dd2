import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type AttemptKey,
  type BackEnd,
  placeIn,
  type RunOrder,
} from '../../../fabric-agent/back-ends/back-end.ts';
import { createSshBackEnd } from '../../../fabric-agent/back-ends/ssh.ts';
import type { FarFolder } from '../../../fabric-agent/ssh/far-folder.ts';
import type { Link } from '../../../fabric-agent/ssh/link.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';

describe('an agent that ends while it starts a task on another host', () => {
  let folder: string;
  let running: AttemptKey[];
  let cleared: number;
  let begun: PromiseWithResolvers<void>;
  let goOn: PromiseWithResolvers<void>;
  let backEnd: BackEnd;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-ssh-test-'));
    running = [];
    cleared = 0;
    begun = Promise.withResolvers();
    goOn = Promise.withResolvers();
    const inner = {
      now: () => ({ boot: 'there', atMs: 1_000 }),
      place: (key: AttemptKey) => placeIn('/there/tasks', key),
      states: async () => {
        begun.resolve();
        await goOn.promise;
        return [{ state: 'absent' }];
      },
      launch: async (order: RunOrder) => {
        running.push(order);
        return { handle: 'a.1', run: { state: 'running' } };
      },
      known: async () => {
        const known = [...running];
        await new Promise((resolve) => setImmediate(resolve));
        return known;
      },
      stop: async () => {},
    } as unknown as BackEnd;
    const far = {
      clear: async () => {
        cleared += 1;
      },
    } as unknown as FarFolder;
    const link = { close: async () => {}, up: async () => ({ sftp: {} }) } as unknown as Link;
    backEnd = createSshBackEnd({
      ...{ folder, inner, link, far, supervisor: '/there/supervisor', path: '/usr/bin', lookMs: 1_000 },
      ...{ bounds: { totalBytes: 1, entries: 1, depth: 1 }, clock: systemClock, log: silentLog },
    });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const order = (): RunOrder => ({
    ...{ task: 'a', attempt: 1, argv: ['/bin/true'], timeMs: 400, graceMs: 10, environment: {} },
    ...{
      latestStartMs: Date.now() + 60_000,
      endMs: Date.now() + 60_000,
      leaseEndMs: Number.POSITIVE_INFINITY,
    },
    limits: { outputBytes: 1, memoryBytes: null, processes: null },
    asks: { cpus: 1, memoryBytes: null },
  });

  it('takes nothing away there from under it', async () => {
    const launched = backEnd.launch(order());
    await begun.promise;
    const stopped = backEnd.stop();
    goOn.resolve();
    await launched;
    await stopped;
    expect(running).to.have.lengthOf(1);
    expect(cleared).to.equal(0);
  });

  it('starts none after that', async () => {
    goOn.resolve();
    await backEnd.stop();
    expect(cleared).to.equal(1);
    expect(await backEnd.launch(order()).catch((error: Error) => error.message)).to.equal('the agent stops');
    expect(running).to.deep.equal([]);
  });
});
