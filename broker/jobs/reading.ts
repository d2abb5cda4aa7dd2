import type { Sql, Store } from '../../platform/store/store.ts';
import type { JobEvent } from '../../protocol/jobs/job.ts';
import type { JobState, TaskState } from '../../protocol/jobs/states.ts';
import { noJob, noTask, refusal } from './owned.ts';
import { type JobRow, jobColumns, jobOf, type RawJob, type TaskRow, taskColumns } from './rows.ts';

/** A task as it is listed: one that was never tried has no row. */
export interface Listed {
  readonly number: number;
  readonly row: TaskRow | undefined;
}

/** Which part of a list is wanted. */
export interface PageOf<S> {
  readonly after: number | undefined;
  readonly most: number;
  readonly state: S | undefined;
}

/** Events that were read together. */
export interface EventPage {
  readonly events: readonly JobEvent[];
  /** All events up to this one were looked at. */
  readonly cursor: number;
}

/** How many events are looked at for one page, those of others included. */
const eventsARead = 5_000;

/** What owners are shown: each query looks at what is theirs alone. */
export class JobReader {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** A job of an owner; one of somebody else is answered as one that is not there. */
  job(owner: string, id: string): Promise<JobRow> {
    return this.#store.read((sql) => jobIn(sql, owner, id));
  }

  /** Jobs of an owner, or of all, before one, by their numbers, the latest first; `next` is where more may be. */
  jobs(
    owner: string | undefined,
    { after, most, state, agreement }: PageOf<JobState> & { readonly agreement?: string | undefined },
  ): Promise<{ readonly rows: readonly JobRow[]; readonly next: number | undefined }> {
    const before = after ?? Number.MAX_SAFE_INTEGER;
    const asked = Object.entries({ state, agreement }).filter(([, value]) => value !== undefined);
    const isIt = asked.map(([name]) => `AND ${name} = @${name}`).join(' ');
    const said = { before, most, ...Object.fromEntries(asked) };
    return this.#store.read((sql) => {
      const from = owner === undefined ? lookedAt(sql, before) : 1;
      const text = `SELECT ${jobColumns} FROM jobs
        WHERE job < @before AND ${owner === undefined ? 'job >= @from' : 'owner = @owner'} ${isIt}
        ORDER BY job DESC LIMIT @most`;
      const rows = sql.all<RawJob>(text, { ...said, ...(owner === undefined ? { from } : { owner }) });
      const last = rows.length < most ? (from > 1 ? from : undefined) : rows.at(-1)?.job;
      return { rows: rows.map(jobOf), next: last };
    });
  }

  /** A task of a job. */
  task(owner: string, id: string, number: number): Promise<{ readonly job: JobRow; readonly task: Listed }> {
    return this.#store.read((sql) => {
      const job = jobIn(sql, owner, id);
      if (!(number >= 1 && number <= job.tasks)) throw noTask(id, number);
      const row = sql.get<TaskRow>(`SELECT ${taskColumns} FROM tasks WHERE job = @job AND number = @number`, {
        job: job.job,
        number,
      });
      return { job, task: { number, row } };
    });
  }

  /** Tasks of a job after one, by number; those that were never tried are made up. */
  tasks(
    owner: string,
    id: string,
    { after = 0, most, state }: PageOf<TaskState>,
  ): Promise<{ readonly job: JobRow; readonly tasks: readonly Listed[] }> {
    return this.#store.read((sql) => {
      const job = jobIn(sql, owner, id);
      // The index of states has all but those that are done.
      const isIt =
        state === undefined ? '' : `AND state = @state${state === 'done' ? '' : " AND state <> 'done'"}`;
      const tasks: Listed[] = sql
        .all<TaskRow>(
          `SELECT ${taskColumns} FROM tasks WHERE job = @job ${isIt} AND number > @after ORDER BY number LIMIT @most`,
          { job: job.job, after, most, ...(state === undefined ? {} : { state }) },
        )
        .map((row) => ({ number: row.number, row }));
      if (state !== undefined && state !== untried(job)) return { job, tasks };
      const from = Math.max(after + 1, firstUntried(sql, job));
      for (let number = from; number <= job.tasks && tasks.length < most; number += 1)
        tasks.push({ number, row: undefined });
      return { job, tasks };
    });
  }

  /** The events of an owner after a cursor, those of one job or all. */
  events(owner: string, id: string | undefined, after: number, most: number): Promise<EventPage> {
    return this.#store.read((sql) => {
      const { cursor: horizon } = sql.get<{ cursor: number }>('SELECT cursor FROM horizon') ?? { cursor: 0 };
      if (after < horizon)
        throw refusal('cursor-expired', `the events go back to cursor ${horizon}, and not to ${after}`);
      return id === undefined ? ofOwner(sql, owner, after, most) : ofJob(sql, owner, id, after, most);
    });
  }

  /** The cursor of the last event, of whomever. */
  head(): Promise<number> {
    return this.#store.read(headOf);
  }

  /** Forgets at most `step` events that are older than `since` or beyond the latest `most`, and counts them. */
  forget(since: number, most: number, step: number): Promise<number> {
    return this.#store.write((sql) => {
      const head = headOf(sql);
      const last = sql.get<{ cursor: number | null }>(
        `SELECT max(cursor) AS cursor FROM
           (SELECT cursor, at FROM events ORDER BY cursor LIMIT @step) WHERE at < @since OR cursor <= @beyond`,
        { step, since, beyond: head - most },
      );
      const cursor = last?.cursor ?? 0;
      if (cursor === 0) return 0;
      sql.run('UPDATE horizon SET cursor = max(cursor, @cursor)', { cursor });
      return sql.run('DELETE FROM events WHERE cursor <= @cursor', { cursor });
    });
  }
}

/** How many jobs are looked at for one page of everybody's, whichever are wanted. */
const jobsARead = 5_000;

/** The last of so many jobs before one; 1 where there are not as many. */
function lookedAt(sql: Sql, before: number): number {
  const text = 'SELECT job FROM jobs WHERE job < @before ORDER BY job DESC LIMIT 1 OFFSET @skipped';
  return sql.get<{ job: number }>(text, { before, skipped: jobsARead - 1 })?.job ?? 1;
}

function jobIn(sql: Sql, owner: string, id: string): JobRow {
  const raw = sql.get<RawJob>(`SELECT ${jobColumns} FROM jobs WHERE id = @id AND owner = @owner`, {
    id,
    owner,
  });
  if (raw === undefined) throw noJob(id);
  return jobOf(raw);
}

/** What became of tasks that were never tried. */
export function untried({ cancelMs, closed }: JobRow): TaskState {
  return cancelMs === null && closed === null ? 'matching' : 'cancelled';
}

/** Of a job that was cancelled, or ended with its agreement, `next` says no longer which were never tried. */
function firstUntried(sql: Sql, { job, next, cancelMs, closed }: JobRow): number {
  if (cancelMs === null && closed === null) return next;
  const last = sql.get<{ number: number | null }>(
    'SELECT max(number) AS number FROM tasks WHERE job = @job',
    {
      job,
    },
  );
  return (last?.number ?? 0) + 1;
}

function headOf(sql: Sql): number {
  const { cursor: horizon } = sql.get<{ cursor: number }>('SELECT cursor FROM horizon') ?? { cursor: 0 };
  const last = sql.get<{ cursor: number | null }>('SELECT max(cursor) AS cursor FROM events');
  return Math.max(horizon, last?.cursor ?? 0);
}

const eventColumns = 'e.cursor, e.at, e.task, e.attempt, e.kind, e.state, e.text';

function ofJob(sql: Sql, owner: string, id: string, after: number, most: number): EventPage {
  const { job } = jobIn(sql, owner, id);
  const events = sql
    .all<Omit<JobEvent, 'job'>>(
      `SELECT ${eventColumns} FROM events e WHERE e.job = @job AND e.cursor > @after ORDER BY e.cursor LIMIT @most`,
      { job, after, most },
    )
    .map((event) => ({ ...event, job: id }));
  return { events, cursor: events.at(-1)?.cursor ?? after };
}

/** Looks at so many events, whoever's they are, so that one who has few of many waits for none. */
function ofOwner(sql: Sql, owner: string, after: number, most: number): EventPage {
  const looked = sql.all<JobEvent & { owner: string | null }>(
    `SELECT ${eventColumns}, j.id AS job, j.owner FROM events e LEFT JOIN jobs j ON j.job = e.job
     WHERE e.cursor > @after ORDER BY e.cursor LIMIT @read`,
    { after, read: eventsARead },
  );
  const events: JobEvent[] = [];
  let cursor = after;
  for (const { owner: whose, ...event } of looked) {
    if (events.length === most) break;
    cursor = event.cursor;
    if (whose === owner) events.push(event);
  }
  return { events, cursor };
}
