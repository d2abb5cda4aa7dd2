import type { JobEvent } from '../../protocol/jobs/job.ts';
import { jobMoves, type Move, taskMoves } from '../../protocol/jobs/states.ts';

/** Where events leave jobs, and tasks as `JOB.NUMBER`; and what of them cannot be, a sentence each. */
export interface Moved {
  readonly jobs: ReadonlyMap<string, string>;
  readonly tasks: ReadonlyMap<string, { readonly state: string; readonly attempt: number }>;
  readonly wrong: readonly string[];
}

/** Follows events from the first on: states go only where they may, cursors and attempts never back. */
export function followMoves(events: Iterable<JobEvent>): Moved {
  const wrong: string[] = [];
  const jobs = new Map<string, string>();
  const tasks = new Map<string, { state: string; attempt: number }>();
  let last = 0;
  for (const { cursor, job, task, attempt, kind, state } of events) {
    if (cursor <= last) wrong.push(`event ${cursor} comes after event ${last}`);
    last = cursor;
    if (kind !== 'state' || state === null) continue;
    if (task === null) {
      const before = jobs.get(job);
      const may = before === undefined ? ['NEW', 'QUEUED'].includes(state) : isMove(jobMoves, before, state);
      if (!may) wrong.push(`job ${job} went from ${before} to ${state}`);
      jobs.set(job, state);
      continue;
    }
    const name = `${job}.${task}`;
    const before = tasks.get(name) ?? { state: 'matching', attempt: 0 };
    const next = before.attempt + (state === 'held' ? 1 : 0);
    if (!isMove(taskMoves, before.state, state))
      wrong.push(`task ${name} went from ${before.state} to ${state}`);
    if (attempt !== next) wrong.push(`task ${name} is ${state} in attempt ${attempt}, and not in ${next}`);
    tasks.set(name, { state, attempt: attempt ?? 0 });
  }
  return { jobs, tasks, wrong };
}

function isMove(moves: readonly Move<string>[], from: string, to: string): boolean {
  return moves.some((move) => move.from === from && move.to === to);
}
