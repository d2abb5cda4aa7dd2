import type { Printed } from '../../protocol/agent/messages.ts';
import type { JobView, TaskView } from '../../protocol/jobs/job.ts';
import { waitingFor } from './job-state.ts';
import type { Listed } from './reading.ts';
import { untried } from './reading.ts';
import type { JobRow, Result } from './rows.ts';

/** Why a job waits for a node, as a sentence; undefined where none of its tasks does. */
export type WhyWaits = (job: number) => string | undefined;

export function jobView(row: JobRow, whyWaits: WhyWaits): JobView {
  const { id, name, owner, state, application, agreement, priority, repeatable, tasks, counts } = row;
  const { createdAt, submittedAt, endedAt, cursor } = row;
  const reason = reasonOf(row, whyWaits);
  return {
    ...{ id, name, owner, state, reason, application, agreement, priority, repeatable, tasks, counts },
    ...{ createdAt, submittedAt, endedAt, cursor },
    ...(row.atOnce === null ? {} : { atOnce: row.atOnce }),
    ...(row.againOf === null ? {} : { againOf: row.againOf }),
  };
}

function reasonOf(row: JobRow, whyWaits: WhyWaits): string | null {
  const ended = row.closed === null ? null : `agreement ${row.agreement} has ended`;
  if (row.endedAt !== null)
    return row.state === 'FAILED' ? row.reason : row.state === 'CANCELLED' ? ended : null;
  if (ended !== null) return ended;
  if (row.cancelMs !== null) return 'it is being cancelled';
  const waits = row.counts.matching === 0 ? undefined : whyWaits(row.job);
  const said = [row.reason ?? '', waitingFor(row), waits ?? ''].filter((text) => text !== '');
  return said.length === 0 ? null : said.join('; ');
}

export function taskView(job: JobRow, { number, row }: Listed, whyWaits: WhyWaits): TaskView {
  if (row === undefined) {
    const state = untried(job);
    const why = job.waits > 0 ? job.reason : (whyWaits(job.job) ?? null);
    const reason = state === 'matching' && job.state !== 'NEW' ? why : null;
    const nothing = { resource: null, exit: null, progress: null, question: null };
    const none = { stdoutBytes: 0, stderrBytes: 0, outputs: [], outputCount: 0 };
    return { number, state, attempt: 0, reason, ...nothing, ...none };
  }
  const { state, attempt, resource, progress, question } = row;
  const result = resultOf(row);
  const waits = state === 'matching' ? whyWaits(job.job) : undefined;
  const said = [row.reason, waits].filter((text) => text !== null && text !== undefined);
  return {
    number,
    state,
    attempt,
    resource,
    reason: said.length === 0 ? null : said.join('; '),
    exit: result?.exit ?? null,
    stdoutBytes: result === undefined ? 0 : bytesOf(result.stdout),
    stderrBytes: result === undefined ? 0 : bytesOf(result.stderr),
    outputs: result === undefined ? [] : [...result.outputs],
    outputCount: result === undefined ? 0 : result.outputs.length + (result.listed ?? 0),
    progress,
    question,
  };
}

/** How a task ended and what it left; nothing where it has not. */
export function resultOf({ result }: { readonly result: string | null }): Result | undefined {
  return result === null ? undefined : (JSON.parse(result) as Result);
}

/** How much a program printed. */
function bytesOf(printed: Printed): number {
  return 'blob' in printed ? printed.bytes : Buffer.byteLength(printed.text, 'base64');
}
