import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type BackEnd, type RunEnd, wordOf } from '../../../fabric-agent/back-ends/back-end.ts';
import { openBatchBackEnd } from '../../../fabric-agent/back-ends/batch.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { eventually } from '../support.ts';
import { FakeQueue, fakeSystem } from './fake-system.ts';

describe('an attempt that a job of a batch system has begun', () => {
  let folder: string;
  let queue: FakeQueue;
  let backEnd: BackEnd;
  const heard = new Map<string, RunEnd>();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-claims-'));
    queue = new FakeQueue();
    heard.clear();
    backEnd = await openBatchBackEnd({
      ...{ system: fakeSystem, folder, run: queue.run, runner: '/runner', skewMs: 0 },
      queue: { queue: undefined, account: undefined, more: [], parallelEnvironment: 'smp' },
      ...{ mostQueued: 10, reserves: false, patienceMs: 60_000, endsMs: 5, queueMs: 5, vanishedMs: 50 },
      machine: { cpus: 2, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
      moment: async () => ({ load: 0, diskBytes: undefined, at: 0 }),
      ...{ clock: systemClock, log: silentLog },
    });
    backEnd.listen(({ task }, end) => heard.set(task, end));
    await backEnd.start();
  });

  afterEach(async () => {
    await backEnd.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  function launch(task: string) {
    const now = Date.now();
    return backEnd.launch({
      ...{ task, attempt: 1, argv: ['/bin/true'], environment: {}, graceMs: 0, timeMs: 1_000 },
      ...{ latestStartMs: now + 600_000, endMs: now + 900_000, leaseEndMs: now + 900_000 },
      limits: { outputBytes: 1, memoryBytes: null, processes: null },
      asks: { cpus: 1, memoryBytes: null },
    });
  }

  const claim = (task: string, text: string) =>
    writeFile(join(folder, 'batch', 'claims', wordOf({ task, attempt: 1 })), text);
  const endsAs = (task: string, kind: string) =>
    eventually(() => expect(heard.get(task)?.exit.kind).to.equal(kind));

  it('is begun though the job does not say its number', async () => {
    await launch('a');
    await claim('a', ' - node 1\n');
    await backEnd.cancel({ task: 'a', attempt: 1, handle: null }, 60_000);
    expect(heard.has('a')).to.equal(false);
    queue.jobs.clear();
    await endsAs('a', 'cancelled');
    await launch('b');
    await claim('b', '');
    queue.jobs.clear();
    await endsAs('b', 'lost');
  });

  it('is lost when the job has gone, though its submission was not heard of, and the next was refused', async () => {
    queue.losesAnswers = true;
    expect(await launch('a').catch(() => 'nobody knows')).to.equal('nobody knows');
    queue.jobs.clear(); // it comes into the queue later
    queue.refuses = 'invalid partition';
    await claim('a', '1 - node 1\n');
    expect((await launch('a')).run.state).to.equal('running');
    await endsAs('a', 'lost');
  });
});
