import type { ExitView, JobEvent, JobView, TaskView } from '../../protocol/jobs/job.ts';

/** A job in one line: its state, how many of its tasks are where, and why it stands there. */
export function jobLine({ id, state, tasks, counts, reason }: JobView): string {
  const some = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  const said = tasks === 1 ? '' : `: ${some.join(', ')} of ${tasks} tasks`;
  return `${id} ${state}${said}${reason === null ? '' : ` (${reason})`}`;
}

/** How a program ended. */
export function exitLine(exit: ExitView): string {
  switch (exit.kind) {
    case 'exited':
      return `ended with exit code ${exit.code}`;
    case 'signalled':
      return `was ended by signal ${exit.code}`;
    case 'timed-out':
      return 'was ended when its time was over';
    case 'over-memory':
      return 'was ended, for it took more memory than it may';
    case 'over-processes':
      return 'was ended, for it had more processes than it may';
    case 'over-output':
      return 'was ended, for it printed more than it may';
    case 'cancelled':
      return 'was cancelled';
    case 'evicted':
      return 'was ended, for its node closed';
    case 'too-late':
      return 'did not start, for it was too late';
    case 'not-started':
      return 'could not be started';
    case 'lost':
      return 'was lost: what watched it died';
  }
}

/** A task in one line. */
export function taskLine({ number, state, reason, exit }: TaskView): string {
  const why = reason ?? (exit === null ? '' : `its program ${exitLine(exit)}`);
  return `task ${number} ${state}${why === '' ? '' : `: ${why}`}`;
}

/** An event in one line. */
export function eventLine({ cursor, at, job, task, kind, state, text }: JobEvent): string {
  const who = task === null ? job : `${job}.${task}`;
  const what = kind === 'state' ? state : `${kind}:`;
  return `${cursor}  ${moment(at)}  ${who}  ${[what, text].filter((word) => word !== null).join(' ')}`;
}

/** Milliseconds since 1970 as people read them, by the clock of the world. */
export function moment(at: number | null): string {
  return at === null ? '-' : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
