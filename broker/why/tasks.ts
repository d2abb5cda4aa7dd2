import { waitsForRoom } from '../../protocol/agent/standing.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { because } from '../../protocol/why/situations.ts';
import { cutText, forText } from '../../protocol/why/texts.ts';
import { attemptName } from '../jobs/frame.ts';
import type { Listed } from '../jobs/reading.ts';
import { untried } from '../jobs/reading.ts';
import type { JobRow, TaskRow } from '../jobs/rows.ts';
import { resultOf } from '../jobs/views.ts';
import type { Waiting } from '../jobs/waiting.ts';
import { whyQueued } from './batch.ts';

/** Why a task stands where it does. */
export async function whyTask(job: JobRow, { number, row }: Listed, waiting: Waiting): Promise<Cause> {
  const state = row?.state ?? untried(job);
  if (job.state === 'NEW') return because('job-not-submitted', { job: job.id });
  if (row === undefined || state === 'matching') return whyMatching(job, row, waiting);
  const about = { job: job.id, task: number, node: row.resource, attempt: row.attempt };
  switch (row.state) {
    case 'lost':
      return because('task-lost', about);
    case 'failed':
      return whyFailed(job, row);
    case 'done':
    case 'cancelled':
    case 'matching':
      return because('job-over', { state: row.state });
    default:
      if (row.state === 'started' && row.question !== null)
        return because('task-asks', { ...about, text: cutText(row.question) });
      return whyOnNode(job, row, waiting);
  }
}

function whyMatching(job: JobRow, row: TaskRow | undefined, waiting: Waiting): Cause {
  if (job.endedAt !== null || job.cancelMs !== null) return because('job-over', { state: 'cancelled' });
  const refusedBy = row?.refused == null ? [] : (JSON.parse(row.refused) as string[]);
  const cause = waiting.of(job.job, refusedBy);
  if (cause !== undefined) return cause;
  return because('job-behind-others', { text: job.reason ?? 'nothing of it is up to begin yet' });
}

/** Why a task that a node has in its hands has not begun there, or goes on. */
async function whyOnNode(job: JobRow, row: TaskRow, waiting: Waiting): Promise<Cause> {
  const { number: task, attempt, resource: node } = row;
  const which = { task: `${job.id}.${task}`, attempt };
  const known = waiting.node(node);
  if (known === undefined) return because('task-on-silent-node', { task, node, attempt });
  if (known.asking.has(attemptName(which)))
    return because('task-asking', { task, node, count: known.occupancy.running });
  const said = await waiting.standing(node, which);
  if (said === undefined || said.stage === 'absent') return because('task-unheard', { task, node });
  const { running: count } = known.occupancy;
  if (said.says === waitsForRoom && count > 0) return because('task-asking', { task, node, count });
  const queued = { task, node, for: forText(said.forMs) };
  if (said.queue !== null) return whyQueued(queued, said.queue, waiting.now);
  switch (said.stage) {
    case 'started':
      return because('task-runs', { ...queued, job: job.id });
    case 'staging-out':
    case 'ended':
      return because('task-sends', queued);
    default:
      return because('task-held', { ...queued, text: said.says ?? 'it is about to start' });
  }
}

/** Why a task has failed. */
function whyFailed(job: JobRow, row: TaskRow): Cause {
  const text = cutText(row.reason ?? 'its program ended otherwise than by exit code 0');
  const about = { task: row.number, job: job.id, text };
  const kind = resultOf(row)?.exit.kind;
  if (kind === undefined) {
    if (text.includes('its files cannot be had')) return because('task-input', about);
    if (/\bruns no tasks of\b/.test(text)) return because('task-owner', about);
    if (/\bimage\b/.test(text)) return because('task-image', about);
    return because('task-refused', about);
  }
  if (kind === 'timed-out') return because('task-time', about);
  if (kind === 'over-memory') return because('task-memory', about);
  return because('task-failed', about);
}
