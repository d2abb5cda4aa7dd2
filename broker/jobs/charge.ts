import type { Sql } from '../../platform/store/store.ts';
import type { ExitView } from '../../protocol/jobs/job.ts';
import type { Agreements } from './agreement.ts';
import type { Moving } from './moving.ts';
import type { TaskRow } from './rows.ts';
import { attemptUnderWay } from './under-way.ts';

/** What of the verb in which an end is told is needed to pay for it. */
interface Paying {
  readonly moving: Moving;
  readonly sql: Sql;
  readonly agreements: Agreements;
}

/** Ends of its own, by its limits or by a fault of its program: what came to such an end was run. */
const ownEnds: ReadonlySet<ExitView['kind']> = new Set([
  'exited',
  'signalled',
  'timed-out',
  'over-memory',
  'over-processes',
  'over-output',
]);

/**
 * Pays for an attempt under an agreement whose node tells how it ended. What was lost before, what the broker or the
 * owner of the node stopped, and what never began costs nothing.
 */
export function chargeFor({ moving, sql, agreements }: Paying, task: TaskRow, exit: ExitView): void {
  const job = moving.job(task.job);
  if (job === undefined || job.agreement === null || task.startedAt === null) return;
  const isUsers = exit.kind === 'cancelled' && job.cancelMs !== null && job.closed !== 'broker';
  if (!isUsers && !ownEnds.has(exit.kind)) return;
  const attempt = attemptUnderWay(sql, task, task.attempt);
  const ms = chargedMs(exit, job.limitMs, moving.now - task.startedAt);
  if (attempt === undefined || ms === undefined) return;
  const id = `${job.id}.${task.number} #${task.attempt}`;
  agreements.charge(sql, job.agreement, { id, resource: task.resource, slot: attempt.slot, ms });
}

/**
 * Whole milliseconds from exec to exit, as its node says; no more than its limit, and than what has passed here since it
 * was let start. Undefined where its program never began.
 */
function chargedMs(
  { startedAt, endedAt }: Pick<ExitView, 'startedAt' | 'endedAt'>,
  limitMs: number | null,
  passedMs: number,
): number | undefined {
  if (startedAt === null || endedAt === null) return undefined;
  const told = Math.floor(endedAt - startedAt);
  return Math.max(0, Math.min(told, limitMs ?? Number.POSITIVE_INFINITY, Math.floor(passedMs)));
}
