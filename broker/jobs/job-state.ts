import { type JobState, jobMoves } from '../../protocol/jobs/states.ts';
import type { JobRow } from './rows.ts';

type Standing = Pick<JobRow, 'state' | 'counts' | 'asking' | 'cancelMs' | 'waits'>;

/** Where a job stands, by where its tasks do. */
export function jobStateOf({ state, counts, asking, cancelMs, waits }: Standing): JobState {
  if (state === 'NEW') return cancelMs === null ? 'NEW' : 'CANCELLED';
  const { done, failed, lost, cancelled } = counts;
  const begun = counts.started + counts['staging-out'] + lost + done;
  const open = counts.matching + counts.held + counts['staging-in'] + counts.started + counts['staging-out'];
  if (open + lost === 0 && waits < 0) return 'FAILED';
  if (open + lost === 0) return cancelled > 0 ? 'CANCELLED' : failed > 0 ? 'FAILED' : 'FINISHED';
  if (state === 'QUEUED' && begun === 0) return 'QUEUED';
  // Each question is one of a task that is open, and stands in its way.
  return cancelMs === null && open === asking ? 'WAITING' : 'RUNNING';
}

/** The states through which a job goes to another one, that one included: it may have come far in one step. */
export function pathTo(before: JobState, after: JobState): readonly JobState[] {
  if (before === after) return [];
  if (jobMoves.some(({ from, to }) => from === before && to === after)) return [after];
  return ['RUNNING', after];
}

/** What a user is told of a job beside its state, where its row says nothing. */
export function waitingFor({ counts, asking }: Standing): string {
  const said: string[] = [];
  if (asking > 0) said.push(`${asking === 1 ? '1 task asks' : `${asking} tasks ask`} something`);
  if (counts.lost > 0) {
    const what =
      counts.lost === 1 ? '1 task is lost: its node' : `${counts.lost} tasks are lost: their nodes`;
    said.push(`${what} may have run it, and nobody knows how it ended; retry or abandon it`);
  }
  return said.join('; ');
}
