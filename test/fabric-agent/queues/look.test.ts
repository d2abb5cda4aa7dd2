import { expect } from 'chai';
import type { Ran } from '../../../fabric-agent/batch/run-command.ts';
import { QueueLook } from '../../../fabric-agent/queues/look.ts';
import { pbsQueue } from '../../../fabric-agent/queues/pbs.ts';
import { slurmQueue } from '../../../fabric-agent/queues/slurm.ts';
import { longestTaskMs, queueIdOf, queueStanding } from '../../../fabric-agent/queues/standing.ts';
import { Waits } from '../../../fabric-agent/queues/waits.ts';
import { silentLog } from '../../../platform/log.ts';
import { ManualClock } from '../../support/clock.ts';

const intervalMs = 10_000;

/** A Slurm of words, which may fall silent. */
function given() {
  const clock = new ManualClock();
  const says = { sinfo: 'main*|64/0/0/64|1:00:00\n', squeue: 'RUNNING|64|N/A|5:00|None|main\n' };
  const world = { isSilent: false, asked: 0 };
  const look = new QueueLook({
    system: slurmQueue,
    async run(command): Promise<Ran> {
      world.asked += 1;
      if (world.isSilent) return { code: 1, output: '', complaint: 'cannot connect' };
      return { code: 0, output: command[0] === 'sinfo' ? says.sinfo : says.squeue, complaint: '' };
    },
    options: { queue: undefined, account: undefined, more: [], parallelEnvironment: 'smp' },
    ...{ intervalMs, clock, log: silentLog },
  });
  return { clock, says, world, look, queue: { cluster: 'slurm lab@head', look } };
}

describe('what a queue holds', () => {
  it('is looked at now and then, and told with its bounds', async () => {
    const { clock, says, look, queue } = given();
    await using _ = look;
    await look.start();
    expect(queueIdOf(queue)).to.equal('slurm lab@head main');
    expect(queueStanding(queue, 20, undefined)).to.deep.equal({
      startDelayMs: 300_000,
      queue: {
        ...{ id: 'slurm lab@head main', name: 'main', total: 64, free: 0, waiting: 0, running: 1 },
        ...{ mostQueued: 20, walltimeMs: 3_600_000 },
      },
    });
    expect(longestTaskMs(queue, 10_000), 'with what its job asks for beside').to.equal(3_600_000 - 70_000);
    says.sinfo = 'main*|0/64/0/64|1:00:00\n';
    says.squeue = '';
    await clock.advance(intervalMs);
    await new Promise(setImmediate);
    expect(queueStanding(queue, 20, undefined)).to.deep.include({ startDelayMs: 0 });
  });

  it('is not told any more once the batch system was silent for a while, and its tasks go on', async () => {
    const { clock, world, look, queue } = given();
    await using _ = look;
    await look.start();
    world.isSilent = true;
    for (let turn = 0; turn < 3; turn += 1) {
      expect(queueStanding(queue, 20, undefined)).to.have.property('queue');
      await clock.advance(intervalMs);
      await new Promise(setImmediate);
    }
    expect(queueStanding(queue, 20, 5)).to.deep.equal({});
  });

  it('is empty where the batch system says by its exit code that there is no job', async () => {
    const { clock } = given();
    await using look = new QueueLook({
      system: pbsQueue,
      run: async ([program]) =>
        program === 'qstat'
          ? { code: 153, output: '', complaint: '' }
          : { code: 0, output: 'vm\n    state = free\n    np = 4\n', complaint: '' },
      options: { queue: undefined, account: undefined, more: [], parallelEnvironment: 'smp' },
      ...{ intervalMs, clock, log: silentLog },
    });
    await look.start();
    expect(look.facts).to.include({ total: 4, free: 4, waiting: 0, running: 0, startDelayMs: 0 });
  });

  it('is told with the limits of the queue once the batch system says them, and asked for them no more', async () => {
    const { clock } = given();
    const asked: number[] = [];
    await using look = new QueueLook({
      system: pbsQueue,
      async run([program, ...words]): Promise<Ran> {
        const answers = { code: 0, output: 'vm\n    state = free\n    np = 4\n', complaint: '' };
        if (program !== 'qstat') return answers;
        if (!words.includes('-Q')) return { ...answers, output: '' };
        asked.push(clock.now());
        if (asked.length === 1) return { code: null, output: '', complaint: 'it takes too long' };
        return { ...answers, output: 'Queue: long\n    resources_max.walltime = 01:00:00\n' };
      },
      options: { queue: 'long', account: undefined, more: [], parallelEnvironment: 'smp' },
      ...{ intervalMs, clock, log: silentLog },
    });
    await look.start();
    expect(look.facts).to.include({ total: 4, walltimeMs: null });
    for (let turn = 0; turn < 2; turn += 1) {
      await clock.advance(intervalMs);
      await new Promise(setImmediate);
      expect(look.facts).to.include({ total: 4, walltimeMs: 3_600_000 });
    }
    expect(asked).to.have.length(2);
  });

  it('tells of a start what was seen of the last tasks, where the batch system does not say', async () => {
    const { clock, says, look, queue } = given();
    await using _ = look;
    says.squeue = 'RUNNING|64|N/A|UNLIMITED|None|main\n';
    await look.start();
    expect(queueStanding(queue, 20, undefined)).to.not.have.property('startDelayMs');
    const waits = new Waits(() => clock.now());
    const exit = { kind: 'exited' as const, code: 0, endedAt: 1, cpuSeconds: 0, maxRssBytes: 0 };
    for (const [attempt, ms] of [7, 1, 4].entries()) {
      const key = { task: 'job.1', attempt: attempt + 1 };
      waits.given(key);
      waits.given(key); // a repeat says nothing
      waits.ended(key, { state: 'ended', exit: { ...exit, startedAt: clock.now() + ms }, why: null });
    }
    expect(waits.medianMs).to.equal(4);
    expect(queueStanding(queue, 20, waits.medianMs)).to.include({ startDelayMs: 4 });
  });
});
