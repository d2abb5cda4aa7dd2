import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { RunEnd } from '../../../fabric-agent/back-ends/back-end.ts';
import { openBatchBackEnd } from '../../../fabric-agent/back-ends/batch.ts';
import { filesHere } from '../../../fabric-agent/batch/shelf-files.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { eventually } from '../support.ts';
import { FakeQueue, fakeSystem } from './fake-system.ts';

describe('an attempt that is cancelled while its job waits in a queue', () => {
  it('was cancelled, however often the queue is looked at before that is on the disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ogm-cancelled-'));
    const queue = new FakeQueue();
    const heard: RunEnd[] = [];
    const onDisk = Promise.withResolvers<void>();
    let ends = 0;
    await using backEnd = await openBatchBackEnd({
      ...{ system: fakeSystem, folder, run: queue.run, runner: '/runner', skewMs: 0 },
      files: {
        ...filesHere,
        async make(aside, file, text) {
          const isFirstEnd = dirname(file).endsWith('/ends') && ends++ === 0;
          if (isFirstEnd) await onDisk.promise;
          return filesHere.make(aside, file, text);
        },
      },
      queue: { queue: undefined, account: undefined, more: [], parallelEnvironment: 'smp' },
      ...{ mostQueued: 10, reserves: false, patienceMs: 60_000, endsMs: 5, queueMs: 5, vanishedMs: 50 },
      machine: { cpus: 2, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
      moment: async () => ({ load: 0, diskBytes: undefined, at: 0 }),
      ...{ clock: systemClock, log: silentLog },
    });
    backEnd.listen((_key, end) => void heard.push(end));
    await backEnd.start();
    const now = Date.now();
    await backEnd.launch({
      ...{ task: 'a', attempt: 1, argv: ['/bin/true'], environment: {}, graceMs: 0, timeMs: 1_000 },
      ...{ latestStartMs: now + 600_000, endMs: now + 900_000, leaseEndMs: now + 900_000 },
      limits: { outputBytes: 1, memoryBytes: null, processes: null },
      asks: { cpus: 1, memoryBytes: null },
    });
    const cancelled = backEnd.cancel({ task: 'a', attempt: 1, handle: null }, 1_000);
    await eventually(() => expect(ends).to.equal(1));
    const before = queue.looks;
    await eventually(() => expect(heard.length > 0 || queue.looks > before + 3).to.equal(true));
    onDisk.resolve();
    await cancelled;
    expect(heard.map(({ exit }) => exit.kind)).to.deep.equal(['cancelled']);
    await eventually(() => expect(queue.withdrawn).to.deep.equal(['1']));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
});
