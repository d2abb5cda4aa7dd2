import { isOver, type JobsClient } from '../../client/index.ts';
import type { JobView, TaskView } from '../../protocol/jobs/job.ts';
import { exit } from '../exit.ts';
import type { Output } from '../output.ts';
import { IdleTold, type WhyJob } from './idle.ts';
import { jobLine } from './words.ts';

/**
 * Follows a job until nothing happens to it any more, and tells of it meanwhile; returns how it is then. Why nothing of it runs
 * is told where `why` is given.
 */
export async function followJob(
  jobs: Pick<JobsClient, 'follow' | 'tasks'>,
  id: string,
  out: Output,
  signal: AbortSignal,
  why?: WhyJob,
): Promise<JobView> {
  using idle = new IdleTold(why, out);
  let waited: string | null = null;
  for await (const job of jobs.follow(id, { signal })) {
    idle.saw(job);
    if (isOver(job)) return job;
    out.progress(jobLine(job));
    if (job.state === 'WAITING' && job.reason !== waited) {
      out.note(jobLine(job));
      await tellWhatToDo(jobs, job, out, signal);
    }
    waited = job.state === 'WAITING' ? job.reason : null;
  }
  throw new Error('a job that was followed has no end');
}

/** What a job that can go no further needs of its owner. */
async function tellWhatToDo(
  jobs: Pick<JobsClient, 'tasks'>,
  { id }: JobView,
  out: Output,
  signal: AbortSignal,
): Promise<void> {
  for await (const { number, question } of jobs.tasks(id, 'started', { signal })) {
    if (question === null) continue;
    out.note(`  task ${number} asks: ${question}`);
    out.note(`  answer it with: ogm task answer ${id} ${number} TEXT`);
  }
  for await (const { number, reason } of jobs.tasks(id, 'lost', { signal })) {
    out.note(`  task ${number} is lost${reason === null ? '' : `: ${reason}`}`);
    out.note(`  decide with: ogm task retry ${id} ${number}, or ogm task abandon ${id} ${number}`);
  }
}

/**
 * The exit code for a job that is over: of one task what its program ended with (128 and its number more for a signal,
 * as shells have it); of several 1 where one failed.
 */
export function exitCodeOf(
  { state }: Pick<JobView, 'state'>,
  task: Pick<TaskView, 'exit'> | undefined,
): number {
  if (state === 'FINISHED') return exit.done;
  const ended = task?.exit;
  if (ended === undefined || ended === null) return exit.programFailed;
  if (ended.kind === 'exited') return ended.code || exit.programFailed; // its results could not be brought
  if (ended.kind === 'signalled' && ended.code !== null) return 128 + ended.code;
  return bounds.has(ended.kind) ? exit.bound : exit.programFailed;
}

const bounds = new Set(['timed-out', 'over-memory', 'over-processes', 'over-output']);
