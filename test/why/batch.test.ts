import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { localAdministrator } from '../../broker/caller.ts';
import { JobsWhy } from '../../broker/why/jobs.ts';
import { sge } from '../../fabric-agent/back-ends/sge.ts';
import { slurm } from '../../fabric-agent/back-ends/slurm.ts';
import { torque } from '../../fabric-agent/back-ends/torque.ts';
import type { BatchSystem } from '../../fabric-agent/batch/system.ts';
import { printReply } from '../../language-door/reply.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import type { SituationName } from '../../protocol/why/situations.ts';
import { buildRunner, runnerBinary } from '../../tools/build-supervisor.ts';
import { documentOf, of, said } from '../broker/deals/given.ts';
import { askOf, type GivenJobs, givenJobs } from '../broker/jobs/support.ts';
import { backEndOver, environmentOf } from '../fabric-agent/batch/support.ts';
import { real } from '../support/real.ts';
import { openHouse, until } from './house.ts';
import { type LinkedAgent, linkedAgent } from './linked-agent.ts';
import { seen } from './seen.ts';

const run = promisify(execFile);
const hourMs = 3_600_000;

/** Runs `sleep`. */
const sleeps = {
  name: 'app',
  program: '/bin/sleep',
  commandLine: (words: readonly string[]) => ({ argv: ['/bin/sleep', ...words] }),
  timeMs: 3_600_000,
  outputBytes: 1e6,
};

/** How long, in milliseconds, a batch system that others keep busy may take to say a reason. */
const patienceMs = 180_000;

/** A command of a batch system by hand. */
async function by(system: BatchSystem, program: string, ...words: string[]): Promise<string> {
  const { stdout } = await run(program, words, { env: environmentOf(system), cwd: '/' });
  return stdout.trim();
}

/** The number that the system gave the job of a cause. */
function jobIn({ cause }: Cause): string {
  return /: job (\d+) of /.exec(cause)?.[1] ?? '';
}

interface Case extends AsyncDisposable {
  /** Submits a task whose job asks for more words of the system, and waits until it waits for what it should. */
  why(id: SituationName, more: readonly string[]): Promise<Cause>;
  /** Submits one more to the queue of the last, which holds what it may, and has it wait for that. */
  next(id: SituationName, sentence: string): Promise<void>;
  /** Waits until the task that was submitted last waits for something else. */
  later(id: SituationName): Promise<Cause>;
}

/** A broker whose tasks go to a batch system, each by an agent of its own that asks for what a case says. */
async function givenQueue(system: BatchSystem): Promise<Case> {
  const given: GivenJobs = await givenJobs();
  const agents: LinkedAgent[] = [];
  const numbers = new Set<string>();
  let last = '';
  const until = async (id: SituationName) => {
    const why = new JobsWhy(given.service.store, given.jobs.dispatch.waiting);
    const latest = Date.now() + patienceMs;
    for (;;) {
      const [cause] = (await why.job('local', last)).causes;
      if (cause?.situation === id || Date.now() > latest) {
        seen(id, cause);
        expect(cause?.cause).to.match(/^task 1 waits on q\d+ for \d+ (?:s|min): job \d+ of /);
        numbers.add(jobIn(cause!));
        return cause!;
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  };
  return {
    async why(id, more) {
      const resource = `q${agents.length + 1}`;
      const queue = { queue: undefined, account: undefined, more, parallelEnvironment: 'smp' };
      const openBackEnd = (folder: string) => backEndOver(system, folder, { queue, machine });
      agents.push(
        await linkedAgent(given, { resource, applications: [sleeps], openBackEnd, tasks: 1, held: 0 }),
      );
      const ask = askOf('Walltime: 5 min');
      const job = await given.submit({ arguments: ['1'], resources: [resource], ask });
      await agents.at(-1)?.said('may-start', `${job.id}.1`);
      last = job.id;
      return until(id);
    },
    later: until,
    async next(id, sentence) {
      const job = await given.submit({ arguments: ['1'], resources: [`q${agents.length}`] });
      const why = new JobsWhy(given.service.store, given.jobs.dispatch.waiting);
      seen(id, (await why.job('local', job.id)).causes[0], sentence);
    },
    async [Symbol.asyncDispose]() {
      const jobs = [...numbers].map((job) => ({ job, index: null }));
      const [program, ...words] = system.withdraw(jobs);
      if (jobs.length > 0) await by(system, program, ...words);
      for (const agent of agents) await agent[Symbol.asyncDispose]();
      await given[Symbol.asyncDispose]();
    },
  };
}

const machine = { cpus: 1000, memoryBytes: 2 ** 40, arch: 'x86_64', os: 'Linux' };

(real('slurm') && real('sge') && real('gcc') ? describe : describe.skip)(
  'why a task waits in the queue of a batch system, by that one’s own word',
  () => {
    const others: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const end of others.splice(0)) await end();
    });

    const slurmJob = async (...words: string[]) => {
      const job = await by(slurm, 'sbatch', '--parsable', '--output=/dev/null', ...words, '--wrap=sleep 600');
      others.push(() => by(slurm, 'scancel', '--quiet', job));
      return job;
    };

    it('is what Slurm says of a job that is held, waits for a moment, for another job, or for what can never be', async () => {
      await using queue = await givenQueue(slurm);
      await queue.why('slurm-JobHeldUser', ['--hold']);
      await queue.why('slurm-BeginTime', ['--begin=now+1hour']);
      const held = await slurmJob('--hold');
      await queue.why('slurm-Dependency', [`--dependency=afterok:${held}`]);
      await by(slurm, 'scancel', held);
      await queue.why('slurm-DependencyNeverSatisfied', [`--dependency=afterok:${held}`]);
    });

    it('is what Slurm says of one that its administrator holds, and that asks for more than there is or is free', async () => {
      await using queue = await givenQueue(slurm);
      const later = await queue.why('slurm-BeginTime', ['--begin=now+1hour']);
      expect(later.cause).to.match(/; it expects to begin it \S+Z$/);
      await by(slurm, 'scontrol', 'hold', jobIn(later));
      await queue.later('slurm-JobHeldAdmin');
      await queue.why('slurm-PartitionConfig', ['--cpus-per-task=100']);
      // Behind all that others may submit meanwhile, which this does not keep from running.
      await slurmJob('--time=120', '--cpus-per-task=1');
      await queue.why('slurm-Resources', ['--cpus-per-task=64', '--nice=1000000']);
      await queue.why('slurm-Priority', ['--cpus-per-task=64', '--nice=1000001']);
    });

    /** A partition of the tests' own, which nobody else sees. */
    const partition = async (...words: string[]) => {
      const name = `ogmwhy${process.pid}`;
      const shown = await by(slurm, 'scontrol', '--oneliner', 'show', 'partition');
      const [, nodes = ''] = / Nodes=(\S+)/.exec(shown) ?? [];
      const said = [`PartitionName=${name}`, `Nodes=${nodes}`, 'Hidden=YES', ...words];
      await by(slurm, 'scontrol', 'create', ...said);
      others.push(() => by(slurm, 'scontrol', 'delete', `PartitionName=${name}`));
      return name;
    };

    it('is what Slurm says of a partition that lets none run so long, is shut, or has no such bounds, and of what is kept', async () => {
      const name = await partition('MaxTime=1');
      // Further ahead than any job of others may last, so that it keeps none of them from running.
      const kept = `ogmwhy${process.pid}`;
      const maintenance = ['Flags=MAINT,IGNORE_JOBS', 'Nodes=ALL', 'StartTime=now+400days', 'Duration=60'];
      await by(
        slurm,
        'scontrol',
        'create',
        'reservation',
        `ReservationName=${kept}`,
        'Users=root',
        ...maintenance,
      );
      others.push(() => by(slurm, 'scontrol', 'delete', `ReservationName=${kept}`));
      await using queue = await givenQueue(slurm);
      await queue.why('slurm-PartitionTimeLimit', [`--partition=${name}`]);
      await by(slurm, 'scontrol', 'update', `PartitionName=${name}`, 'MaxTime=INFINITE', 'State=DOWN');
      const shut = await queue.later('slurm-partition-shut');
      expect(shut.cause).to.match(/ says PartitionDown, its partition begins no jobs just now$/);
      await by(slurm, 'scontrol', 'update', `PartitionName=${name}`, 'State=UP', 'MinNodes=2');
      const other = await queue.later('slurm-other');
      expect(other.cause).to.match(/ says PartitionNodeLimit$/);
      await queue.why('slurm-Reservation', [`--reservation=${kept}`]);
      const away = await queue.why('slurm-nodes-away', ['--time=402-0']);
      expect(away.cause).to.match(
        / says ReqNodeNotAvail, Reserved for maintenance: machines that it needs are away/,
      );
    });

    it('is, before that, that its queue holds as many as it may', async () => {
      await using queue = await givenQueue(slurm);
      await queue.why('slurm-JobHeldUser', ['--hold']);
      await queue.next('queue-full', '1 node fits; its queue holds as many tasks as it may, 1 of 1');
    });

    it('is what Grid Engine says of a job in error, held, behind another, or that no queue can run', async () => {
      await using queue = await givenQueue(sge);
      await queue.why('sge-held', ['-h']);
      const before = await by(
        sge,
        'qsub',
        '-terse',
        '-h',
        '-o',
        '/dev/null',
        '-e',
        '/dev/null',
        '-b',
        'y',
        '/bin/true',
      );
      others.push(() => by(sge, 'qdel', before));
      const behind = await queue.why('sge-predecessor', ['-hold_jid', before]);
      expect(behind.cause).to.match(new RegExp(`waits for the jobs ${before}$`));
      await queue.why('sge-not-before', ['-a', '203012312359']);
      const unsuitable = await queue.why('sge-unsuitable', ['-l', 'arch=nothing']);
      expect(unsuitable.cause).to.match(/offers only hl:arch=lx-amd64/);
      const error = await queue.why('sge-error', ['-wd', '/nonexistent/by/ogm']);
      expect(error.cause).to.match(/is in state Eqw: .*can't chdir to \/nonexistent\/by\/ogm/);
    });
  },
);

(real('torque') && real('gcc') ? describe : describe.skip)('why a task waits in the queue of PBS', () => {
  it('is its state there', async () => {
    await using queue = await givenQueue(torque);
    const held = await queue.why('batch-other', ['-h']);
    expect(held.cause).to.match(/: job \d+ of PBS is in state Q$/);
  });
});

// Who is root is the administrator of test/real/slurm.sh, and only administrators reserve.
(real('slurm') && real('gcc') && real('root') ? describe : describe.skip)(
  'why a deal waits for Slurm',
  () => {
    it('is that it is to reserve the slots first, and that it did not', async () => {
      expect(await buildRunner(runnerBinary)).to.equal(undefined);
      await using house = await openHouse({ 'offers-share': 100 });
      const agent = () => house.agent('cluster', { 'back-end': 'slurm', 'queue-interval': '500 ms' });
      const first = await agent();
      await until(async () => house.work.jobs.dispatch.lent('cluster')?.keepsTime === true, 'it keeps time');
      // On a day of which nobody else asks anything.
      const start = new Date(Math.ceil(Date.now() / hourMs) * hourMs + 20 * 24 * hourMs).toISOString();
      const headers = ['Application: sleep', 'Cpus: 2', 'Count: 2', 'Walltime: 5 min', `Start: ${start}`];
      const [offered] = await house.work.deals.receive(
        documentOf(said('Ask', 'Id: ask-1', ...headers)),
        localAdministrator,
      );
      const offer = of(printReply(offered!), 'Id') ?? '';
      const name = `ogmwhy${process.pid}`;
      const all = [
        'Nodes=ALL',
        'Users=root',
        'Duration=120',
        `StartTime=${start.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}`,
      ];
      const utc = { ...environmentOf(slurm), TZ: 'UTC0' };
      await run('scontrol', ['create', 'reservation', `ReservationName=${name}`, ...all], {
        env: utc,
        cwd: '/',
      });
      try {
        await first.stop(); // so that Slurm is not asked before this has looked
        await house.work.deals.receive(
          documentOf(said('Accept', 'Id: acc-1', `Offer: ${offer}`)),
          localAdministrator,
        );
        await house.shows('deal-accepting', offer);
        await agent();
        await house.shows('deal-refused', offer, /cluster does not keep it: .*Requested nodes are busy/);
      } finally {
        await run('scontrol', ['delete', `ReservationName=${name}`]);
      }
    });
  },
);
