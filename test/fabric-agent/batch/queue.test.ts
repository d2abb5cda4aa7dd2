import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as turn } from 'node:timers/promises';
import { expect } from 'chai';
import {
  type BackEnd,
  type RunEnd,
  type RunOrder,
  wordOf,
} from '../../../fabric-agent/back-ends/back-end.ts';
import { openBatchBackEnd } from '../../../fabric-agent/back-ends/batch.ts';
import { bareEnd, type EndMark } from '../../../fabric-agent/batch/end-mark.ts';
import type { BatchOptions } from '../../../fabric-agent/batch/options.ts';
import { prefixOf } from '../../../fabric-agent/batch/options.ts';
import { Shelf } from '../../../fabric-agent/batch/shelf.ts';
import { type Clock, systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { FakeQueue, fakeSystem } from './fake-system.ts';

describe('a back end over a batch system', () => {
  let folder: string;
  let queue: FakeQueue;
  let backEnd: BackEnd;
  let shelf: Shelf;
  const heard = new Map<string, RunEnd>();
  /** How far the clock has been set on, in milliseconds. */
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-batch-'));
    queue = new FakeQueue();
    aheadMs = 0;
    shelf = new Shelf(join(folder, 'batch'));
    await open();
  });

  afterEach(async () => {
    await backEnd.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(said: Partial<BatchOptions> = {}): Promise<void> {
    heard.clear();
    backEnd = await openBatchBackEnd({
      ...{ system: fakeSystem, folder, run: queue.run, runner: '/runner', skewMs: 0 },
      queue: { queue: undefined, account: undefined, more: [], parallelEnvironment: 'smp' },
      ...{ mostQueued: 10, reserves: false, patienceMs: 60_000, endsMs: 5, queueMs: 5, vanishedMs: 50 },
      machine: { cpus: 2, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
      moment: async () => ({ load: 0, diskBytes: undefined, at: 0 }),
      ...{ clock, log: silentLog },
      ...said,
    });
    backEnd.listen(({ task }, end) => heard.set(task, end));
    await backEnd.start();
  }

  /** As after a kill: nothing is told to the one before. */
  async function reopen(): Promise<void> {
    await backEnd.stop();
    await open();
  }

  function order(task: string, said: Partial<RunOrder> = {}): RunOrder {
    const now = Date.now();
    return {
      ...{ task, attempt: 1, argv: ['/bin/true'], environment: {}, graceMs: 0, timeMs: 1_000 },
      ...{ latestStartMs: now + 60_000, endMs: now + 90_000, leaseEndMs: now + 90_000 },
      limits: { outputBytes: 1, memoryBytes: null, processes: null },
      asks: { cpus: 1, memoryBytes: null },
      ...said,
    };
  }

  const word = (task: string) => wordOf({ task, attempt: 1 });
  const ref = (task: string) => ({ task, attempt: 1, handle: null });

  async function endOf(task: string): Promise<RunEnd> {
    for (;;) {
      const end = heard.get(task);
      if (end !== undefined) return end;
      await turn(5);
    }
  }

  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await holds())) await turn(5);
  }

  function fails(done: Promise<unknown>): Promise<boolean> {
    return done.then(
      () => false,
      () => true,
    );
  }

  /** Several looks at the queue, of which the first may have begun before. */
  async function looks(): Promise<void> {
    const before = queue.looks;
    await until(() => queue.looks > before + 3);
  }

  /** As the runner does in a job. */
  async function claim(task: string, job: string): Promise<void> {
    await writeFile(join(shelf.folder, 'claims', word(task)), `${job} - node 1\n`, { flag: 'wx' });
  }

  async function ends(task: string, job: string, end: Partial<EndMark> = {}): Promise<void> {
    const ran = { number: 0, startedMs: 1_000, endedMs: 2_000, cpuMs: 3, rssBytes: 4 };
    await shelf.putEnd(word(task), { ...bareEnd('exited'), ...ran, ...end });
    queue.jobs.delete(job);
  }

  it('submits those that come together and are alike as arrays, others by themselves', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.held = promise;
    const first = backEnd.launch(order('first'));
    await until(async () => (await readdir(join(shelf.folder, 'lists'))).length === 1);
    const like = ['a', 'b', 'c', 'd'].map((task) => backEnd.launch(order(task)));
    const other = backEnd.launch(order('e', { asks: { cpus: 2, memoryBytes: 2 ** 30 } }));
    await until(async () => (await shelf.names('orders')).length === 6);
    resolve();
    const launched = await Promise.all([first, ...like, other]);
    expect(queue.submissions.sort()).to.deep.equal([0, 0, 0, 3]);
    expect(launched.filter(({ handle }) => handle.includes(':'))).to.have.length(3);
    expect(new Set(launched.map(({ handle }) => handle)).size).to.equal(6);
    for (const script of queue.scripts)
      expect(script).to.match(/^#!\/bin\/sh\n.*\nexec '\/runner' '[^']*' '[0-9a-z]{8}' "\$job" "\$index"\n$/);
  });

  it('tells an end that the runner has left, whatever the queue says', async () => {
    await backEnd.launch(order('a'));
    await claim('a', '1');
    queue.isSilent = true;
    await ends('a', '1', { number: 3 });
    expect((await endOf('a')).exit).to.deep.include({ kind: 'exited', code: 3, startedAt: 1_000 });
  });

  it('finds the job of a submission whose answer was lost, and submits it no second time', async () => {
    queue.losesAnswers = true;
    const said = order('a');
    expect(await fails(backEnd.launch(said))).to.equal(true);
    queue.isSilent = true;
    expect(await fails(backEnd.launch(said))).to.equal(true);
    queue.isSilent = false;
    expect((await backEnd.launch(said)).handle).to.equal('1');
    expect(queue.submissions).to.have.length(1);
  });

  it('finds it also after a kill, and submits anew what never came to the queue', async () => {
    queue.losesAnswers = true;
    const [a, b] = [order('a'), order('b', { asks: { cpus: 2, memoryBytes: null } })];
    for (const said of [a, b]) expect(await fails(backEnd.launch(said))).to.equal(true);
    queue.losesAnswers = false;
    queue.jobs.delete('2');
    await reopen();
    expect((await backEnd.states([ref('a'), ref('b')])).map(({ state }) => state)).to.deep.equal([
      'running',
      'running',
    ]);
    expect((await backEnd.launch(a)).handle).to.equal('1');
    expect((await backEnd.launch(b)).handle).to.equal('3');
  });

  it('says that it never began, and has it never begin, when its job leaves the queue unclaimed', async () => {
    await backEnd.launch(order('a'));
    queue.fates.set('1', { kind: 'ended-by-system', says: 'CANCELLED by 0' });
    queue.jobs.clear();
    const end = await endOf('a');
    expect(end.exit.kind).to.equal('too-late');
    expect(end.why).to.include('before it began (CANCELLED by 0)');
    expect(await shelf.claim(word('a'))).to.deep.equal({ isSealed: true, job: null, list: undefined });
  });

  it('waits for the word of a runner whose job has left the queue, then asks what became of it', async () => {
    for (const [task, kind, says] of [
      ['a', 'timed-out', 'timed-out'],
      ['b', 'over-memory', 'over-memory'],
      ['c', 'ended-by-system', 'lost'],
    ] as const) {
      const { handle } = await backEnd.launch(order(task));
      await claim(task, handle);
      queue.fates.set(handle, { kind, says: 'NODE_FAIL' });
      queue.jobs.delete(handle);
      const end = await endOf(task);
      expect(end.exit.kind).to.equal(says);
      if (says === 'lost') expect(end.why).to.include('NODE_FAIL');
    }
  });

  it('believes a word that comes before it has given up', async () => {
    await backEnd.stop();
    await open({ vanishedMs: 60_000 });
    await backEnd.launch(order('a'));
    await claim('a', '1');
    queue.jobs.clear();
    await looks();
    expect(heard.has('a')).to.equal(false);
    await ends('a', '1');
    expect((await endOf('a')).exit.kind).to.equal('exited');
  });

  it('says nothing of any job while the queue does not answer', async () => {
    await backEnd.launch(order('a'));
    queue.isSilent = true;
    queue.jobs.clear();
    await looks();
    expect(heard.has('a')).to.equal(false);
    expect((await backEnd.states([ref('a')]))[0]?.state).to.equal('running');
  });

  it('withdraws a job that waits past its time, and lets nothing begin it', async () => {
    await backEnd.launch(order('a'));
    aheadMs = 61_000;
    const end = await endOf('a');
    expect(end.exit.kind).to.equal('too-late');
    await until(() => queue.withdrawn.includes('1'));
    expect(await shelf.claim(word('a'))).to.deep.equal({ isSealed: true, job: null, list: undefined });
  });

  it('leaves a job alone that has just begun, though it may wait no longer', async () => {
    await backEnd.launch(order('a'));
    await claim('a', '1');
    aheadMs = 61_000;
    await looks();
    expect(queue.withdrawn).to.deep.equal([]);
    expect(heard.has('a')).to.equal(false);
  });

  it('cancels what waits at once, and has the runner cancel what runs', async () => {
    await backEnd.launch(order('a'));
    await backEnd.cancel(ref('a'), 1_000);
    expect((await endOf('a')).exit.kind).to.equal('cancelled');
    await until(() => queue.withdrawn.includes('1'));
    await backEnd.launch(order('b'));
    await claim('b', '2');
    await backEnd.cancel(ref('b'), 700);
    expect(await readdir(join(shelf.folder, 'cancels'))).to.deep.equal(['a.1', 'b.1']);
    expect(queue.withdrawn).to.deep.equal(['1']);
    await ends('b', '2', { kind: 'cancelled' });
    expect((await endOf('b')).exit.kind).to.equal('cancelled');
  });

  it('tries a node elsewhere whose batch system refuses a job, and again where it was only asleep', async () => {
    queue.refuses = 'the system is asleep';
    const said = order('a');
    expect(await fails(backEnd.launch(said))).to.equal(true);
    queue.refuses = 'invalid partition';
    const { run } = await backEnd.launch(said);
    expect(run).to.deep.include({ state: 'ended', isNodesFault: true });
    expect((await endOf('a')).why).to.include('invalid partition');
  });

  it('keeps nothing of what it forgets, and has no job wait for it', async () => {
    const { handle } = await backEnd.launch(order('a'));
    expect(await fails(backEnd.forget([ref('a')]))).to.equal(true);
    await claim('a', handle);
    await ends('a', 'nobody');
    await endOf('a');
    await backEnd.forget([ref('a')]);
    await backEnd.launch(order('b'));
    await until(() => queue.withdrawn.includes(handle));
    for (const kind of ['orders', 'claims', 'ends'])
      expect((await readdir(join(shelf.folder, kind))).filter((name) => name.startsWith('a.'))).to.deep.equal(
        [],
      );
    expect(await readdir(join(shelf.folder, 'lists'))).to.have.length(1);
  });

  it('leaves jobs alone that are not its own', async () => {
    queue.put({ job: '77', index: null, name: 'of-somebody', waits: true });
    queue.put({ job: '78', index: null, name: `${prefixOf(folder)}0`, waits: true, owner: 'another' });
    await backEnd.launch(order('a'));
    await backEnd.cancel(ref('a'), 0);
    await until(() => queue.withdrawn.length > 0);
    expect([...queue.jobs.keys()]).to.include.members(['77', '78']);
  });

  it('takes what is not whole for an end of which nothing is known', async () => {
    await backEnd.launch(order('a'));
    await writeFile(join(shelf.folder, 'ends', word('a')), 'exited');
    expect((await endOf('a')).exit.kind).to.equal('lost');
  });

  it('takes what a job has begun, of which nothing else is left, for lost', async () => {
    await backEnd.stop();
    await claim('a', '9');
    await open();
    expect((await endOf('a')).exit.kind).to.equal('lost');
    await backEnd.forget([ref('a')]);
    expect(await backEnd.known()).to.deep.equal([]);
  });

  it('says the size of the queue, and how full it is', async () => {
    expect(backEnd.capacity().cpus).to.equal(4);
    expect(backEnd.powers.queues).to.deep.equal({ mostTasks: 10, patienceMs: 60_000 });
    expect((await backEnd.load()).load).to.equal(0.75);
  });
});
