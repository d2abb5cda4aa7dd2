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

/** What somebody else does to a job: ends it, or has it begin again; words of a command. */
export const hands = {
  slurm: {
    end: ({ job, index }: Job) => ['scancel', index === undefined ? job : `${job}_${index}`],
    requeue: ({ job, index }: Job) => ['scontrol', 'requeue', index === undefined ? job : `${job}_${index}`],
  },
  sge: {
    end: ({ job, index }: Job) => ['qdel', ...(index === undefined ? [job] : [job, '-t', index])],
    requeue: ({ job, index }: Job) => ['qmod', '-rj', index === undefined ? job : `${job}.${index}`],
  },
};

/** A batch system that runs tasks here. */
export type BatchName = keyof typeof hands;
export const batchNames = Object.keys(hands) as readonly BatchName[];

/** Runs such a command. A job may have ended meanwhile, and one that may not begin again is left. */
export async function onJobs([file = '', ...words]: readonly string[]): Promise<void> {
  await run(file, words, { env: { ...process.env, ...variables } }).catch(() => {});
}
