import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How Debian's Grid Engine is found. */
export const variables = {
  PATH: `/usr/lib/gridengine:${process.env.PATH ?? '/usr/bin:/bin'}`,
  SGE_ROOT: '/var/lib/gridengine',
  SGE_CELL: 'default',
};

/** The job of an attempt, and its index in an array where it is of one. */
export interface Job {
  readonly job: string;
  readonly index: string | undefined;
}

const slurmName = ({ job, index }: Job) => (index === undefined ? job : `${job}_${index}`);

/**
 * What somebody else does to a job: ends it, or has it begin again, which its submission says that it does not: an operator
 * may all the same. The words of commands, one after the other.
 */
export const hands = {
  slurm: {
    end: (job: Job) => [['scancel', slurmName(job)]],
    requeue: (job: Job) => [
      ['scontrol', 'update', `JobId=${slurmName(job)}`, 'Requeue=1'],
      ['scontrol', 'requeue', slurmName(job)],
      // Else it waits for two minutes; said before its first run has been cleared away, that is not heard.
      ['sleep', '1'],
      ['scontrol', 'update', `JobId=${slurmName(job)}`, 'StartTime=now'],
    ],
  },
  sge: {
    end: ({ job, index }: Job) => [['qdel', ...(index === undefined ? [job] : [job, '-t', index])]],
    requeue: ({ job, index }: Job) => [['qmod', '-f', '-rj', index === undefined ? job : `${job}.${index}`]],
  },
};

/** A batch system that runs tasks here. */
export type BatchName = keyof typeof hands;
export const batchNames = Object.keys(hands) as readonly BatchName[];

/** Runs such commands. A job may have ended meanwhile. */
export async function onJobs(commands: readonly (readonly string[])[]): Promise<void> {
  for (const [file = '', ...words] of commands)
    await run(file, words, { env: { ...process.env, ...variables } }).catch(() => {});
}

/** How a batch system is asked for the reservations that it has, and where it says their names. */
const listing = {
  slurm: { words: ['scontrol', '--oneliner', 'show', 'reservation'], names: /^ReservationName=(\S+) /gm },
  sge: { words: ['qrstat', '-xml', '-u', '*'], names: /<name>([^<]*)<\/name>/g },
} as const;

/** The names of the reservations in a batch system. */
export async function reservationsIn(system: BatchName): Promise<string[]> {
  const { words, names } = listing[system];
  const [file, ...more] = words;
  const { stdout } = await run(file, more, { env: { ...process.env, ...variables } });
  return Array.from(stdout.matchAll(names), ([, name = '']) => name);
}
