import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type BackEnd, type RunEnd, wordOf } from '../../../fabric-agent/back-ends/back-end.ts';
import { openBatchBackEnd } from '../../../fabric-agent/back-ends/batch.ts';
import { prefixOf } from '../../../fabric-agent/batch/options.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { eventually } from '../support.ts';
import { FakeQueue, fakeSystem } from './fake-system.ts';

describe('a number that a batch system gives again, to another job of this agent’s or of its user', () => {
  let folder: string;
  let queue: FakeQueue;
  let backEnd: BackEnd;
  const heard = new Map<string, RunEnd>();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-numbers-'));
    queue = new FakeQueue();
    await open();
  });

  afterEach(async () => {
    await backEnd.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(): Promise<void> {
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
  }

  function launch(task: string) {
    const now = Date.now();
    return backEnd.launch({
      ...{ task, attempt: 1, argv: ['/bin/true'], environment: {}, graceMs: 0, timeMs: 1_000 },
      ...{ latestStartMs: now + 600_000, endMs: now + 900_000, leaseEndMs: now + 900_000 },
      limits: { outputBytes: 1, memoryBytes: null, processes: null },
      asks: { cpus: 1, memoryBytes: null },
    });
  }

  const ref = (task: string) => ({ task, attempt: 1, handle: null });
  const claim = (task: string, text: string) =>
    writeFile(join(folder, 'batch', 'claims', wordOf({ task, attempt: 1 })), text);
  const endOf = async (task: string) => {
    await eventually(() => expect(heard.has(task)).to.equal(true));
    return heard.get(task)!;
  };
  /** Several looks at the queue, of which the first may have begun before. */
  const looks = async () => {
    const before = queue.looks;
    await eventually(() => expect(queue.looks).to.be.above(before + 3));
  };
  /** The system has forgotten a job, and has another by its number, which runs. */
  const givenAgain = (job: string) =>
    queue.put({ job, index: null, name: `${prefixOf(folder)}other`, waits: false });

  it('is of a job that stays in the queue, though the one that had it is to leave that', async () => {
    for (const task of ['a', 'b', 'c']) await launch(task);
    // Nobody sees that it has left the queue before it is cancelled.
    queue.isSilent = true;
    givenAgain('1');
    await backEnd.cancel(ref('a'), 0);
    expect((await endOf('a')).exit.kind).to.equal('cancelled');
    queue.isSilent = false;
    await looks();
    expect(queue.withdrawn).to.deep.equal([]);
    givenAgain('2');
    for (const task of ['b', 'c']) await backEnd.cancel(ref(task), 0);
    await backEnd.stop();
    expect(queue.withdrawn, 'also as the agent ends').to.deep.equal(['3']);
    await open();
  });

  it('keeps no attempt for under way, nor gives it the end of that job', async () => {
    await launch('a');
    await claim('a', `1 - node 1\n`);
    queue.fates.set('1', { kind: 'timed-out', says: 'TIMEOUT', of: `${prefixOf(folder)}other` });
    givenAgain('1');
    const { exit, why } = await endOf('a');
    expect(exit.kind).to.equal('lost');
    expect(why).to.not.include('TIMEOUT');
  });

  it('is told apart by the name that the job itself has left, where nothing else is', async () => {
    await backEnd.stop();
    await claim('a', '9 - node 1 mylist\n');
    await claim('b', '8 - node 1 mylist\n');
    queue.fates.set('9', { kind: 'timed-out', says: 'TIMEOUT', of: `${prefixOf(folder)}mylist` });
    queue.fates.set('8', { kind: 'timed-out', says: 'TIMEOUT', of: `${prefixOf(folder)}other` });
    await open();
    expect((await endOf('a')).exit.kind).to.equal('timed-out');
    expect((await endOf('b')).exit.kind).to.equal('lost');
  });
});
