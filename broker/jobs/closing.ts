import type { Sql } from '../../platform/store/store.ts';
import type { Moving } from './moving.ts';
import { openTasks } from './open-tasks.ts';
import type { Told } from './owned.ts';
import type { TaskRow } from './rows.ts';

/** How work under an agreement ends: what runs is cancelled, for either side wants it, or runs out. */
export type Ending = 'user' | 'broker' | 'run-out';

/** Ends a job with its agreement: nothing of it starts any more. Returns what nodes are told. */
export function closeJob(
  moving: Moving,
  sql: Sql,
  job: number,
  ending: Ending,
  graceMs: number,
): Told['messages'] {
  const row = moving.job(job);
  if (row === undefined || row.endedAt !== null || row.cancelMs !== null) return [];
  row.closed = ending;
  // What was never queued, and what is not to run out, is cancelled as by its owner.
  if (ending !== 'run-out' || row.state === 'NEW') row.cancelMs = graceMs;
  moving.giveUp(row);
  const reason = `agreement ${row.agreement} has ended`;
  return openTasks(sql, job).flatMap((task): Told['messages'] => {
    const which = { task: `${row.id}.${task.number}`, attempt: task.attempt };
    const { resource } = task;
    if (task.state === 'started' || task.state === 'staging-out')
      return ending === 'run-out' || task.state !== 'started'
        ? []
        : [{ resource, message: { type: 'cancel', ...which, graceMs } }];
    const wasGiven = isGiven(task);
    moving.move(task, 'cancelled', { reason });
    return wasGiven ? [{ resource, message: { type: 'forget', ...which } }] : [];
  });
}

function isGiven({ state }: TaskRow): boolean {
  return state === 'held' || state === 'staging-in';
}
