import type { Sql } from '../../platform/store/store.ts';
import type { JobEvent } from '../../protocol/jobs/job.ts';
import { type JobState, type TaskState, taskStates } from '../../protocol/jobs/states.ts';
import type { Agreements } from './agreement.ts';
import { jobStateOf, pathTo } from './job-state.ts';
import {
  columnOf,
  isOnNode,
  type JobRow,
  jobColumns,
  jobOf,
  type RawJob,
  type TaskKey,
  type TaskRow,
  taskColumns,
} from './rows.ts';
import { isIdle, over } from './under-way.ts';
import { type Used, withMore } from './usage.ts';

/** What became of a task, for memory to follow once it is on disk. */
export interface Moved extends TaskKey {
  readonly before: TaskState;
  readonly after: TaskState;
  readonly attempt: number;
  /** Where it was; of one that is held, where it is. */
  readonly resource: string;
  readonly leaseUntil: number | null;
  /** The resources that refused it, as a list in JSON. */
  readonly refused: string | null;
}

/** What a verb has changed. */
export interface Changes {
  readonly moved: readonly Moved[];
  /** Jobs that have ended. */
  readonly ended: readonly number[];
  readonly used: ReadonlyMap<string, Used>;
  /** The jobs of which something was written. */
  readonly jobs: readonly number[];
  /** The agreements that were made, or under which something was begun or is over, by Id. */
  readonly agreements: readonly string[];
}

/** What all moves are made with. */
export interface MovingRules {
  readonly halfLifeMs: number;
  readonly agreements: Agreements;
}

export interface MovingParts extends MovingRules {
  readonly sql: Sql;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Open<T> = { -readonly [K in keyof T]: T[K] };

/** What is known of a task when a node gets it for the first time. */
const never = { attempt: 1, leaseUntil: null, refused: null };

const counted = taskStates.map((state) => `${columnOf(state)} = @${columnOf(state)}`).join(', ');

/**
 * Moves tasks within one verb: writes the row and the event of each, and at the end, once for each job however many of
 * its tasks were moved, the job. Whether a move is one that may be is for the store to say.
 */
export class Moving {
  readonly now: number;
  readonly #sql: Sql;
  readonly #halfLifeMs: number;
  readonly #under: Agreements;
  readonly #jobs = new Map<number, Open<JobRow>>();
  readonly #used = new Map<string, number>();
  readonly #moved: Moved[] = [];
  readonly #agreements = new Set<string>();

  constructor({ sql, now, halfLifeMs, agreements }: MovingParts) {
    this.#sql = sql;
    this.#under = agreements;
    this.now = now;
    this.#halfLifeMs = halfLifeMs;
  }

  /** A job as it stands within this verb; what is set in it is written at the end. */
  job(job: number): Open<JobRow> | undefined {
    const known = this.#jobs.get(job);
    if (known !== undefined) return known;
    const raw = this.#sql.get<RawJob>(`SELECT ${jobColumns} FROM jobs WHERE job = @job`, { job });
    if (raw === undefined) return undefined;
    const row = jobOf(raw);
    this.#jobs.set(job, row);
    return row;
  }

  task({ job, number }: TaskKey): TaskRow | undefined {
    return this.#sql.get<TaskRow>(`SELECT ${taskColumns} FROM tasks WHERE job = @job AND number = @number`, {
      job,
      number,
    });
  }

  /** Gives the next task that was never tried, or one that is to be tried again, to a resource; `why` for its event. */
  hold(job: Open<JobRow>, number: number, resource: string, why: string | null = null): number | undefined {
    if (job.state === 'NEW' || job.cancelMs !== null || job.closed !== null || job.waits !== 0)
      return undefined;
    if (number === job.next) {
      this.#sql.run(
        `INSERT INTO tasks (job, number, state, attempt, resource) VALUES (@job, @number, 'held', 1, @resource)`,
        { job: job.job, number, resource },
      );
      job.next += 1;
      this.#count('matching', { ...never, job: job.job, number, state: 'held', resource }, why);
      return 1;
    }
    const task = this.task({ job: job.job, number });
    if (task?.state !== 'matching') return undefined;
    return this.move(task, 'held', { attempt: task.attempt + 1, resource, reason: null }, why).attempt;
  }

  /** Moves a task that was tried, and returns it as it is then; `text` for its event. */
  move(task: TaskRow, after: TaskState, changed: Partial<TaskRow> = {}, text: string | null = null): TaskRow {
    const gone = isOnNode(after) ? {} : { question: null, answer: null, leaseUntil: null };
    const anew = after === 'matching' ? { askedAt: null, startedAt: null, progress: null, said: 0 } : {};
    const row = { ...task, ...gone, ...anew, ...changed, state: after };
    this.#charge(task, after);
    this.write(task, row);
    this.#count(task.state, row, text);
    return row;
  }

  /** Writes what has changed of a task that stays where it is, and counts its question. */
  write(before: TaskRow, row: TaskRow): void {
    const asks = (one: TaskRow) => Number(isOnNode(one.state) && one.question !== null);
    const job = this.job(row.job);
    if (job !== undefined) job.asking += asks(row) - asks(before);
    this.#sql.run(
      `UPDATE tasks SET state = @state, attempt = @attempt, resource = @resource, asked_at = @askedAt,
         started_at = @startedAt, lease_until = @leaseUntil, reason = @reason, result = @result,
         progress = @progress, question = @question, answer = @answer, said = @said, refused = @refused, ran = @ran
       WHERE job = @job AND number = @number`,
      { ...row },
    );
  }

  /** Writes an event of a task, or of a job. */
  note(event: Pick<JobEvent, 'kind' | 'state' | 'text'>, job: number, task?: TaskRow): void {
    this.#event(job, task?.number ?? null, task?.attempt ?? null, event.kind, event.state, event.text);
  }

  /** An agreement was made for a job. */
  agreed(agreement: string): void {
    this.#agreements.add(agreement);
  }

  /** Queues a job that is NEW. */
  queue(job: Open<JobRow>): void {
    job.submittedAt = this.now;
    this.#turn(job, 'QUEUED');
  }

  /** Moves tasks that were never tried to their end: all of them that are left, with one event, of the first. */
  giveUp(job: Open<JobRow>): void {
    const left = job.tasks - job.next + 1;
    if (left === 0) return;
    const text = left === 1 ? null : `so are all up to task ${job.tasks}`;
    this.#event(job.job, job.next, 0, 'state', 'cancelled', text);
    job.counts.matching -= left;
    job.counts.cancelled += left;
    job.next = job.tasks + 1;
  }

  /** Writes the jobs, and says what was done. */
  settle(): Changes {
    const ended: number[] = [];
    for (const job of this.#jobs.values()) {
      const before = job.state;
      // One that was over before is only looked at: of a job that was cancelled as NEW more is not known.
      const path = job.endedAt === null ? pathTo(before, jobStateOf(job)) : [];
      for (const state of path) this.#turn(job, state);
      if (before !== job.state && job.endedAt !== null) ended.push(job.job);
      this.#write(job);
    }
    const used = new Map([...this.#used].map(([owner, more]) => [owner, this.#use(owner, more)]));
    const agreements = this.#settleAgreements(ended);
    return { moved: this.#moved, ended, used, jobs: [...this.#jobs.keys()], agreements };
  }

  /** Says of agreements under which nothing is left, once the jobs are written. */
  #settleAgreements(ended: readonly number[]): readonly string[] {
    for (const number of ended) {
      const { agreement = null, ownAgreement = false } = this.#jobs.get(number) ?? {};
      if (agreement === null || !ownAgreement) continue;
      this.#agreements.add(agreement);
      this.#under.complete(this.#sql, agreement, this.now);
    }
    for (const one of this.#agreements)
      if (isIdle(this.#sql, one)) this.#under.idle(this.#sql, one, this.now);
    return [...this.#agreements];
  }

  #turn(job: Open<JobRow>, state: JobState): void {
    job.state = state;
    if (state === 'FINISHED' || state === 'FAILED' || state === 'CANCELLED') job.endedAt = this.now;
    this.#event(job.job, null, null, 'state', state, state === 'FAILED' ? job.reason : null);
    const { job: number } = job;
    // Each by itself, for a job that has come far in one verb went through what lies between.
    this.#sql.run('UPDATE jobs SET state = @state WHERE job = @number', { state, number });
  }

  #write(row: JobRow): void {
    const { job, reason, cancelMs, closed, waits, next, submittedAt, endedAt, cursor, asking, counts } = row;
    const columns = Object.fromEntries(taskStates.map((state) => [columnOf(state), counts[state]]));
    this.#sql.run(
      `UPDATE jobs SET reason = @reason, cancel_ms = @cancelMs, closed = @closed, waits = @waits, next = @next, submitted_at = @submittedAt,
         ended_at = @endedAt, cursor = @cursor, asking = @asking, ${counted} WHERE job = @job`,
      { job, reason, cancelMs, closed, waits, next, submittedAt, endedAt, cursor, asking, ...columns },
    );
  }

  #count(
    before: TaskState,
    row: Pick<TaskRow, keyof Omit<Moved, 'before' | 'after'> | 'state'>,
    text: string | null,
  ): void {
    const { job, number, state: after, attempt, resource, leaseUntil, refused } = row;
    const of = this.job(job);
    if (of === undefined) throw new Error(`task ${number} has no job ${job}`);
    of.counts[before] -= 1;
    of.counts[after] += 1;
    if (of.agreement !== null && isOnNode(before) !== isOnNode(after)) {
      this.#agreements.add(of.agreement);
      if (isOnNode(before)) over(this.#sql, { job, number });
    }
    this.#event(job, number, attempt, 'state', after, text);
    this.#moved.push({ job, number, before, after, attempt, resource, leaseUntil, refused });
  }

  /** What it has run on a node is used, whatever came of it. */
  #charge({ job, state, startedAt }: TaskRow, after: TaskState): void {
    const row = this.job(job);
    if (row === undefined || state !== 'started' || startedAt === null || after === 'started') return;
    const seconds = Math.max(0, this.now - startedAt) / 1000;
    this.#used.set(row.owner, (this.#used.get(row.owner) ?? 0) + row.cpus * seconds);
  }

  #use(owner: string, more: number): Used {
    const before = this.#sql.get<Used>(
      'SELECT used AS amount, used_at AS at FROM owners WHERE owner = @owner',
      {
        owner,
      },
    );
    const used = withMore(before ?? { amount: 0, at: 0 }, more, this.now, this.#halfLifeMs);
    this.#sql.run('UPDATE owners SET used = @amount, used_at = @at WHERE owner = @owner', { ...used, owner });
    return used;
  }

  #event(
    job: number,
    task: number | null,
    attempt: number | null,
    kind: JobEvent['kind'],
    state: JobEvent['state'],
    text: string | null,
  ): void {
    const cursor = this.#sql.insert(
      `INSERT INTO events (at, job, task, attempt, kind, state, text)
       VALUES (@at, @job, @task, @attempt, @kind, @state, @text)`,
      { at: this.now, job, task, attempt, kind, state, text },
    );
    const row = this.#jobs.get(job);
    if (row !== undefined) row.cursor = cursor;
  }
}
