import type { ExitView } from '../../protocol/jobs/job.ts';
import type { TaskState } from '../../protocol/jobs/states.ts';

/** What of a task and its job decides what becomes of it when its attempt has ended. */
export interface Case {
  readonly state: TaskState;
  /** Attempts that may have run and came to nothing. */
  readonly ran: number;
  readonly repeatable: boolean;
  /** Whether its owner has cancelled the job. */
  readonly cancelled: boolean;
  readonly mostAttempts: number;
}

/** Where it goes, and why where that is to be said. */
export interface Outcome {
  readonly after: TaskState;
  readonly reason: string | null;
  /** Attempts that may have run and came to nothing, where there is one more. */
  readonly ran?: number;
}

/** What a kind of end means, as a sentence that goes on from `its program`. */
const kinds: Readonly<Record<ExitView['kind'], string>> = {
  exited: 'ended',
  signalled: 'was ended by signal',
  'timed-out': 'ran longer than its Walltime, and was ended',
  'over-memory': 'took more memory than it may, and was ended',
  'over-processes': 'had more processes than it may, and was ended',
  'over-output': 'wrote more than it may, and was ended',
  cancelled: 'was ended by the node',
  evicted: 'was ended by the node, which closed',
  'too-late': 'came too late to be started',
  'not-started': 'could not be started',
  lost: 'was lost: what watched it on the node died',
};

/** What becomes of a task whose current attempt has ended; `fault` is what kept its results from being here. */
export function ended(of: Case, exit: Pick<ExitView, 'kind' | 'code'>, fault: string | null): Outcome {
  const went = exit.kind === 'exited' && exit.code === 0 && fault === null;
  const wasLet = of.state !== 'held' && of.state !== 'staging-in';
  if (went && wasLet) return { after: 'done', reason: null };
  if (of.cancelled) return { after: 'cancelled', reason: null };
  if (exit.kind === 'too-late') return again(sentence(exit, fault));
  if (exit.kind === 'evicted')
    return wasLet ? evicted(of, sentence(exit, fault)) : again(sentence(exit, fault));
  if (exit.kind === 'lost') return wasLet ? lost(of, sentence(exit, fault)) : again(sentence(exit, fault));
  if (went) return { after: 'failed', reason: 'its node ran it before it might' };
  return { after: 'failed', reason: sentence(exit, fault) };
}

/** What becomes of a task that may have run, and of which nobody knows how it ended. */
export function lost(of: Case, reason: string): Outcome {
  if (of.cancelled) return { after: 'cancelled', reason };
  if (of.state === 'lost' || !of.repeatable) return { after: 'lost', reason };
  const ran = of.ran + 1;
  if (ran < of.mostAttempts) return { after: 'matching', reason, ran };
  return { after: 'failed', reason: `${ran} attempts came to nothing; of the last: ${reason}`, ran };
}

/** What becomes of a task that its node ended, with nothing wrong with it: a repeatable one is tried again. */
function evicted(of: Case, reason: string): Outcome {
  return of.repeatable ? lost(of, reason) : { after: 'failed', reason };
}

/** What becomes of a task of which an attempt has not run: it is tried again, for as often as that was, nothing was done. */
export function again(reason: string): Outcome {
  return { after: 'matching', reason };
}

function sentence({ kind, code }: Pick<ExitView, 'kind' | 'code'>, fault: string | null): string {
  const how =
    kind === 'exited' ? ` with exit code ${code}` : kind === 'signalled' && code !== null ? ` ${code}` : '';
  const said = `its program ${kinds[kind]}${how}`;
  return fault === null ? said : `${said}; ${fault}`;
}
