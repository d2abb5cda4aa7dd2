import type { Printed } from '../../protocol/agent/messages.ts';
import type { ExitView, TaskFile } from '../../protocol/jobs/job.ts';
import { type JobState, type TaskState, taskStates } from '../../protocol/jobs/states.ts';

/** How many tasks of a job stand in each state. */
export type Counts = Record<TaskState, number>;

/** The columns of `jobs` that count tasks are named by the states. */
export function columnOf(state: TaskState): string {
  return state.replaceAll('-', '_');
}

/** A job as its row says, its counts apart. */
export interface JobRow {
  /** The number by which the store knows it. */
  readonly job: number;
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly application: string;
  readonly ask: string | null;
  /** A list in JSON. */
  readonly resources: string | null;
  /** In which its tasks run; that is of the one resource. */
  readonly reservation: string | null;
  /** The Id of the agreement under which its tasks run; null where its owner has open access. */
  readonly agreement: string | null;
  /** Whether the agreement was made for it, and ends with it. */
  readonly ownAgreement: boolean;
  /** Why nothing of it starts any more, where that is not its owner's doing: its agreement ran out, or one side ended it. */
  readonly closed: 'run-out' | 'user' | 'broker' | null;
  readonly priority: number;
  readonly repeatable: boolean;
  readonly state: JobState;
  readonly reason: string | null;
  readonly cancelMs: number | null;
  readonly limitMs: number | null;
  /** What each of its tasks takes of processors at least. */
  readonly cpus: number;
  readonly tasks: number;
  /** How many of its tasks nodes may have in their hands at once; null where there is no limit. */
  readonly atOnce: number | null;
  /** For how many jobs it waits; -1 where it never begins, for what it needs of one of them will not be. */
  readonly waits: number;
  /** The id of the job of which it runs some tasks again. */
  readonly againOf: string | null;
  /** The lowest number of a task that was never tried. */
  readonly next: number;
  readonly createdAt: number;
  readonly submittedAt: number | null;
  readonly endedAt: number | null;
  readonly cursor: number;
  /** The largest inputs, as {@link LargeInputsReader} reads them. */
  readonly largeInputs: string | null;
  readonly counts: Counts;
  /** Tasks that wait for an answer. */
  readonly asking: number;
}

/** A job as SQL gives it. */
export type RawJob = Omit<JobRow, 'counts' | 'repeatable' | 'ownAgreement'> & {
  readonly repeatable: number;
  readonly ownAgreement: number;
} & Record<`n_${string}`, number>;

/** What to select of `jobs` for `jobOf`. */
export const jobColumns = `job, id, owner, name, application, ask, resources, reservation, agreement,
  own_agreement AS ownAgreement, closed, priority, repeatable, state, reason, cancel_ms AS cancelMs, limit_ms AS limitMs, cpus, tasks, at_once AS atOnce, waits, again_of AS againOf, next, created_at AS createdAt, submitted_at AS submittedAt,
  ended_at AS endedAt, cursor, large_inputs AS largeInputs, asking, ${taskStates.map((state) => `${columnOf(state)} AS n_${columnOf(state)}`).join(', ')}`;

export function jobOf(raw: RawJob): JobRow {
  const counts = Object.fromEntries(
    taskStates.map((state) => [state, raw[`n_${columnOf(state)}`] ?? 0]),
  ) as Counts;
  return { ...raw, repeatable: raw.repeatable !== 0, ownAgreement: raw.ownAgreement !== 0, counts };
}

/** Which task. */
export interface TaskKey {
  readonly job: number;
  readonly number: number;
}

/** A task that was tried, as its row says. */
export interface TaskRow extends TaskKey {
  readonly state: TaskState;
  readonly attempt: number;
  /** Where it is, or was last. */
  readonly resource: string;
  readonly askedAt: number | null;
  readonly startedAt: number | null;
  readonly leaseUntil: number | null;
  readonly reason: string | null;
  readonly result: string | null;
  readonly progress: number | null;
  readonly question: string | null;
  readonly answer: string | null;
  readonly said: number;
  readonly refused: string | null;
  /** Attempts that may have run and came to nothing. */
  readonly ran: number;
}

/** What to select of `tasks` for a TaskRow. */
export const taskColumns = `job, number, state, attempt, resource, asked_at AS askedAt, started_at AS startedAt,
  lease_until AS leaseUntil, reason, result, progress, question, answer, said, refused, ran`;

/** A file that a task left. */
export type Output = TaskFile & { readonly bytes: number };

/** How an attempt ended and what it left, as it is kept. */
export interface Result {
  readonly exit: ExitView;
  readonly stdout: Printed;
  readonly stderr: Printed;
  readonly outputs: readonly Output[];
  /** Of how many files beside a table has the list. */
  readonly listed?: number | undefined;
}

/**
 * Whether the resource of a task is one that was removed, as a trigger says (010-removed-resources.sql): no other, that has
 * its name later, is the same.
 */
export function isRemoved(resource: string): boolean {
  return resource.endsWith(removed);
}

export function removedName(resource: string): string {
  return isRemoved(resource) ? resource : `${resource}${removed}`;
}

const removed = ' (removed)';

/** Whether a node has the task in its hands. */
export function isOnNode(state: TaskState): boolean {
  return state === 'held' || state === 'staging-in' || state === 'started' || state === 'staging-out';
}
