import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { BackEnd, RunEnd, RunOrder } from '../../../fabric-agent/back-ends/back-end.ts';
import { sge } from '../../../fabric-agent/back-ends/sge.ts';
import { slurm } from '../../../fabric-agent/back-ends/slurm.ts';
import { commandsIn } from '../../../fabric-agent/batch/run-command.ts';
import type { BatchSystem, Command } from '../../../fabric-agent/batch/system.ts';
import { real } from '../../support/real.ts';
import { backEndOver, environmentOf } from './support.ts';

/** A system, and what is said to it beside the back end. */
interface Reserving {
  readonly word: 'slurm' | 'sge';
  readonly system: BatchSystem;
  /** All reservations, as the system's own tool tells of them. */
  readonly told: Command;
  /** Submits a job of another kind, of so many cores; prints its number. */
  readonly other: (cores: number) => Command;
  /** Whether it waits still. */
  readonly waiting: (job: string) => Command;
  readonly remove: (job: string) => Command;
}

const cores = 64; // as test/real/slurm.sh and test/real/sge.sh have it
const kept = 8;

/** How a system refuses what it has no room for. */
const isFull = /busy|suitable|available/i;

const systems: readonly Reserving[] = [
  {
    ...{ word: 'slurm', system: slurm, told: ['scontrol', 'show', 'reservation'] },
    other: (count) => [
      ...(['sbatch', '--parsable', '-o', '/dev/null', '-t', '1', '-n', '1'] as const),
      ...['-c', String(count), '--wrap', 'true'],
    ],
    waiting: (job) => ['squeue', '--noheader', '--states=PENDING', `--jobs=${job}`, '--format=%i'],
    remove: (job) => ['scancel', job],
  },
  {
    ...{ word: 'sge', system: sge, told: ['qrstat', '-u', '*'] },
    other: (count) => [
      ...(['qsub', '-terse', '-b', 'y', '-o', '/dev/null', '-e', '/dev/null'] as const),
      ...['-l', 'h_rt=60', '-pe', 'smp', String(count), '/bin/true'],
    ],
    waiting: () => ['qstat', '-s', 'p'],
    remove: (job) => ['qdel', job],
  },
];

for (const { word, system, told, other, waiting, remove } of systems)
  (real(word) && real('gcc') ? describe : describe.skip)(`what ${system.name} keeps for later`, () => {
    const say = commandsIn({ environment: environmentOf(system), timeoutMs: 60_000 });
    let folder: string;
    let backEnd: BackEnd;
    let jobs: string[];

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ogm-reserve-'));
      backEnd = await backEndOver(system, folder, { reserves: true });
      await backEnd.start();
      jobs = [];
    });

    afterEach(async () => {
      for (const job of jobs) await say(remove(job));
      for (const one of (await backEnd.reservations?.list()) ?? [])
        await backEnd.reservations?.release(one).catch(() => {});
      await backEnd.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    function orderOf(task: string, said: Partial<RunOrder> = {}): RunOrder {
      const { atMs } = backEnd.now();
      return {
        ...{ task, attempt: 1, argv: ['/bin/true'], environment: {}, graceMs: 0, timeMs: 1_000 },
        ...{ latestStartMs: atMs + 120_000, endMs: atMs + 180_000, leaseEndMs: atMs + 180_000 },
        limits: { outputBytes: 1e6, memoryBytes: null, processes: null },
        asks: { cpus: 1, memoryBytes: null },
        ...said,
      };
    }

    async function run(task: string, reservation: string, attempt = 1): Promise<RunEnd> {
      const { promise, resolve } = Promise.withResolvers<RunEnd>();
      backEnd.listen((key, end) => key.task === task && key.attempt === attempt && resolve(end));
      const launched = await backEnd.launch(orderOf(task, { reservation, attempt }));
      return launched.run.state === 'ended' ? launched.run : promise;
    }

    /** Jobs of others may have all cores for a while: then it is asked for again. */
    async function reserve(id: string, slots = kept, aheadMs = 0) {
      for (;;) {
        const startMs = Date.now() + aheadMs;
        const taken = await backEnd.reservations!.reserve({ id, slots, startMs, endMs: startMs + 3_600_000 });
        if (!('refused' in taken)) return taken;
        if (!isFull.test(taken.refused)) throw new Error(taken.refused);
        await turn(500);
      }
    }

    const waits = async (job: string) => (await say(waiting(job))).output.includes(job);

    it('is kept from others, and serves the tasks that name it', async () => {
      const reservation = await reserve('r1');
      expect((await say(told)).output, 'as its own tool tells').to.include('r1');
      const submitted = await say(other(cores - kept + 1));
      expect(submitted.code, submitted.complaint).to.equal(0);
      const job = submitted.output.trim();
      jobs.push(job);
      expect((await run('a', 'r1')).exit).to.deep.include({ kind: 'exited', code: 0 });
      expect(await waits(job), 'what needs one core of those that are kept').to.equal(true);
      await backEnd.reservations!.release(reservation);
      while (await waits(job)) await turn(100);
    });

    it('is found by what its name begins with, released once, and again', async () => {
      const later = await reserve('later', 2, 86_400_000);
      expect(await backEnd.reservations!.list()).to.deep.equal([later]);
      const elsewhere = await mkdtemp(join(tmpdir(), 'ogm-reserve-'));
      const another = await backEndOver(system, elsewhere, { reserves: true });
      expect(await another.reservations!.list(), 'those of another agent').to.deep.equal([]);
      await backEnd.reservations!.release(later);
      await backEnd.reservations!.release(later);
      expect(await backEnd.reservations!.list()).to.deep.equal([]);
      await rm(elsewhere, { recursive: true });
    });

    it('is refused in the words of the system where there is not so much', async () => {
      const much = { id: 'much', slots: 100 * cores, startMs: Date.now(), endMs: Date.now() + 60_000 };
      const taken = await backEnd.reservations!.reserve(much);
      expect(taken).to.have.property('refused').that.matches(isFull);
      backEnd.reservations!.attend({ isWanted: () => false, async missed() {} });
      expect((await run('a', 'nowhere')).exit.kind).to.equal('too-late');
      expect((await run('a', 'nowhere', 2)).exit.kind, 'it has come again').to.equal('not-started');
    });

    it('is no power of an account that may not', async function () {
      if (!real('root')) this.skip();
      // Another user of this machine says what the back end would.
      const asNobody = async ([program, ...words]: Command) => {
        const options = { uid: 65_534, gid: 65_534, env: environmentOf(system), cwd: '/' };
        return promisify(execFile)(program, words, options).then(
          ({ stdout }) => ({ code: 0, output: stdout, complaint: '' }),
          (error: { code: number; stdout: string; stderr: string }) => ({
            code: error.code,
            output: error.stdout,
            complaint: error.stderr,
          }),
        );
      };
      const other = await backEndOver(system, folder, { reserves: true, run: asNobody });
      expect(other.powers.reserve).to.equal(false);
      expect(backEnd.powers.reserve).to.equal(true);
    });
  });
