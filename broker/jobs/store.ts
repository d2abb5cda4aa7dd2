import type { Sql, Store } from '../../platform/store/store.ts';
import type { JobChange, JobRequest } from '../../protocol/jobs/job.ts';
import { resourceKeeping } from '../reservations/store.ts';
import { type AfterParts, giveUpIfNever, isAwaited, waitFor } from './after.ts';
import { largeInputsText } from './large-inputs.ts';
import { Moving, type MovingRules } from './moving.ts';
import { forgetOutputs } from './outputs.ts';
import type { OwnOfTask } from './own.ts';
import { mine, notNow, refusal, type Told, told, type Verb } from './owned.ts';
import { againWord, insertRerun, rerunOf } from './reruns.ts';
import { forgetRows, insertRows, rowsIn, type TaskRows } from './task-rows.ts';
import { bytesOfTask } from './task-size.ts';
import { type JobText, readText, textOf } from './text.ts';
import type { Under } from './under.ts';

export interface JobStoreParts extends AfterParts {
  readonly store: Store;
  readonly rules: MovingRules;
  /** How many jobs of one owner there may be. */
  readonly jobsEach: number;
}

/** A job that is to be kept, and what was read of it already. */
export interface Submission {
  readonly id: string;
  readonly owner: string;
  readonly request: JobRequest;
  /** What its tasks have of their own; nothing where the blob that says so is not here. */
  readonly rows: TaskRows | undefined;
  /** Of all that the request says: two that are the same have the same. */
  readonly digest: string;
  /** Under what so many tasks of it run: asked within the verb, for it may make an agreement. Throws a Refusal. */
  readonly under: (sql: Sql, tasks: number) => Under;
}

/** The verbs of owners: each looks first whether the job is theirs. */
export class JobStore {
  readonly #parts: JobStoreParts;

  constructor(parts: JobStoreParts) {
    this.#parts = parts;
  }

  /** Keeps a job. One that comes again under the same word of its owner is the one that came first. */
  submit(submission: Submission, now: number): Promise<Told> {
    const { owner, request, digest } = submission;
    return this.#write(now, (moving, sql) => {
      const word = request.request ?? null;
      const known =
        word === null
          ? undefined
          : sql.get<{ job: number; digest: string }>(
              'SELECT job, digest FROM jobs WHERE owner = @owner AND request = @word',
              { owner, word },
            );
      if (known !== undefined) {
        if (known.digest === digest) return { job: known.job };
        throw refusal('request-reused', `the request ${word} was for another job`);
      }
      const { rows } = submission;
      if (rows === undefined) throw refusal('blobs-missing', 'the list of its tasks is not here');
      this.#countJob(sql, owner);
      const under = submission.under(sql, rows.count);
      const job = insert(sql, placed(sql, submission, now), under, rows.count, now);
      const bytes = this.#claim(sql, job, owner, request.inputs, rows.blobs);
      const text = textOf(request, bytes, rows.sizes);
      const written = this.#written(text);
      sql.run('INSERT INTO job_texts (job, text) VALUES (@job, @written)', { job, written });
      insertRows(sql, job, rows);
      const large = largeInputsText(owner, text.inputs);
      if (large !== null) sql.run('UPDATE jobs SET large_inputs = @large WHERE job = @job', { job, large });
      if (under.ownAgreement && under.agreement !== null) moving.agreed(under.agreement);
      const row = moving.job(job)!; // is written at the end, with the cursor of its event
      moving.note({ kind: 'state', state: request.hold ? 'NEW' : 'QUEUED', text: null }, job);
      if (request.after.length + request.inputsFrom.length > 0)
        waitFor({ moving, sql, parts: this.#parts }, row, request);
      return { job };
    });
  }

  /** Runs tasks of a job again that has ended, in a new one: the same where it is asked for again. */
  again(owner: string, id: string, how: Parameters<typeof rerunOf>[2], now: number): Promise<Told> {
    return this.#write(now, (moving, sql) => {
      const row = mine(moving, sql, owner, id);
      const word = againWord(id, how.which);
      const text = 'SELECT job FROM jobs WHERE owner = @owner AND request = @word';
      const known = sql.get<{ job: number }>(text, { owner, word });
      if (known !== undefined) return known;
      const rerun = rerunOf(sql, row, how);
      this.#countJob(sql, owner);
      const job = insertRerun(sql, row, rerun, { blobs: this.#parts.blobs, now });
      moving.job(job);
      moving.note({ kind: 'state', state: 'QUEUED', text: `tasks of job ${id} again` }, job);
      return { job };
    });
  }

  /** Changes a job that is NEW: what is said replaces. */
  change(owner: string, id: string, change: JobChange, now: number): Promise<Told> {
    return this.#write(now, (moving, sql) => {
      const row = mine(moving, sql, owner, id);
      if (row.state !== 'NEW') throw notNow(row, 'only a job that is NEW can be changed');
      const { job } = row;
      const { name = row.name, priority = row.priority, ...said } = change;
      const before = readText(sql, job);
      let { inputs } = before;
      if (said.inputs !== undefined) {
        this.#parts.blobs.release(sql, job);
        const bytes = this.#claim(sql, job, owner, said.inputs, blobsOf(rowsIn(sql, job)));
        inputs = said.inputs.map((file) => ({ ...file, bytes: bytes.get(file.blob) ?? 0 }));
      }
      const text: JobText = {
        ...before,
        arguments: said.arguments ?? before.arguments,
        environment: said.environment ?? before.environment,
        inputs,
        ...(said.inputs === undefined || before.from === undefined ? {} : { from: [] }),
      };
      const written = this.#written(text);
      sql.run('UPDATE job_texts SET text = @written WHERE job = @job', { job, written });
      sql.run('UPDATE jobs SET name = @name, priority = @priority, large_inputs = @large WHERE job = @job', {
        job,
        name,
        priority,
        large: largeInputsText(owner, inputs),
      });
      moving.note({ kind: 'state', state: 'NEW', text: 'its owner changed it' }, job);
      return { job };
    });
  }

  /** Queues a job that is NEW; of one that was queued before nothing changes. */
  queue(owner: string, id: string, now: number): Promise<Told> {
    return this.#write(now, (moving, sql) => {
      const row = mine(moving, sql, owner, id);
      if (row.state === 'NEW') {
        moving.queue(row);
        giveUpIfNever(moving, row);
      }
      return { job: row.job };
    });
  }

  /** Deletes a job that has ended; its tasks and events go by and by. */
  delete(owner: string, id: string, now: number): Promise<void> {
    return this.#parts.store.write((sql) => {
      const moving = new Moving({ ...this.#parts.rules, sql, now });
      const row = mine(moving, sql, owner, id);
      if (row.endedAt === null)
        throw notNow(row, 'only a job that has ended can be deleted; cancel it first');
      const { job } = row;
      if (isAwaited(sql, job))
        throw notNow(row, 'jobs that wait for it have yet to hear of its end; try again in a moment');
      this.#parts.blobs.release(sql, job);
      forgetRows(sql, job);
      sql.run('DELETE FROM job_after WHERE job = @job', { job });
      sql.run('DELETE FROM jobs WHERE job = @job', { job });
      sql.run('DELETE FROM job_texts WHERE job = @job', { job });
      sql.run('INSERT INTO deleted (job) VALUES (@job)', { job });
      sql.run('UPDATE owners SET jobs = jobs - 1 WHERE owner = @owner', { owner });
    });
  }

  /** Deletes at most `most` tasks and events each of jobs that were deleted, and counts them. */
  sweep(most: number): Promise<number> {
    return this.#parts.store.write((sql) => {
      const next = sql.get<{ job: number }>('SELECT job FROM deleted ORDER BY job LIMIT 1');
      if (next === undefined) return 0;
      const { job } = next;
      const tasks = sql.run(
        'DELETE FROM tasks WHERE job = @job AND number IN (SELECT number FROM tasks WHERE job = @job LIMIT @most)',
        { job, most },
      );
      const events = sql.run(
        'DELETE FROM events WHERE cursor IN (SELECT cursor FROM events WHERE job = @job LIMIT @most)',
        { job, most },
      );
      const outputs = forgetOutputs(sql, job, most);
      if (tasks + events + outputs === 0) sql.run('DELETE FROM deleted WHERE job = @job', { job });
      return tasks + events + outputs + 1;
    });
  }

  #written(text: JobText): string {
    const { taskBytes } = this.#parts;
    if (bytesOfTask(text) <= taskBytes) return JSON.stringify(text);
    throw refusal('job-refused', `a task says at most ${taskBytes} bytes, with its parameters filled in`);
  }

  #claim(
    sql: Sql,
    job: number,
    owner: string,
    inputs: JobRequest['inputs'],
    ofTasks: readonly string[],
  ): ReadonlyMap<string, number> {
    const named = [...new Set([...inputs.map(({ blob }) => blob), ...ofTasks])];
    const bytes: ReadonlyMap<string, number> =
      named.length === 0 ? new Map() : this.#parts.blobs.claim(sql, job, owner, named);
    const missing = named.filter((blob) => !bytes.has(blob));
    if (missing.length === 0) return bytes;
    const more = missing.length === 1 ? '' : `, and ${missing.length - 1} more`;
    throw refusal('blobs-missing', `blob ${missing[0]} is not here${more}`);
  }

  #countJob(sql: Sql, owner: string): void {
    sql.run('INSERT INTO owners (owner) VALUES (@owner) ON CONFLICT DO NOTHING', { owner });
    const most = this.#parts.jobsEach;
    const counted = 'UPDATE owners SET jobs = jobs + 1 WHERE owner = @owner AND jobs < @most';
    if (sql.run(counted, { owner, most }) === 0)
      throw refusal('too-many-jobs', `the broker keeps ${most} jobs of an owner, and has as many of yours`);
  }

  #write(now: number, verb: Verb): Promise<Told> {
    const { store, rules } = this.#parts;
    return told(store, { ...rules, now }, verb);
  }
}

function blobsOf(rows: Iterable<OwnOfTask>): string[] {
  const blobs = new Set<string>();
  for (const { inputs } of rows) for (const { blob } of inputs) blobs.add(blob);
  return [...blobs];
}

/** A job that is to run in a reservation runs where that is kept, and nowhere else. */
function placed(sql: Sql, submission: Submission, now: number): Submission {
  const { request, owner } = submission;
  const { reservation, resources } = request;
  if (reservation === undefined) return submission;
  if (request.agreement !== undefined)
    throw refusal(
      'job-refused',
      'it names an agreement, in whose slots it runs, and a reservation: leave one out',
    );
  const resource = resourceKeeping(sql, owner, reservation, now);
  if (resources?.includes(resource) === false)
    throw refusal('job-refused', `reservation ${reservation} is on ${resource}, which the job does not name`);
  return { ...submission, request: { ...request, resources: [resource] } };
}

function insert(
  sql: Sql,
  { id, owner, request, digest }: Submission,
  { ask, agreement, ownAgreement, limitMs, cpus }: Under,
  tasks: number,
  now: number,
): number {
  return sql.insert(
    `INSERT INTO jobs (id, owner, request, digest, name, application, ask, agreement, own_agreement, resources, reservation,
       priority, repeatable, state, limit_ms, cpus, tasks, at_once, matching, created_at, submitted_at)
     VALUES (@id, @owner, @request, @digest, @name, @application, @ask, @agreement, @ownAgreement, @resources, @reservation,
       @priority, @repeatable, @state, @limitMs, @cpus, @tasks, @atOnce, @tasks, @now, @submittedAt)`,
    {
      id,
      owner,
      request: request.request ?? null,
      digest,
      name: request.name ?? request.application,
      application: request.application,
      ask,
      agreement,
      ownAgreement: Number(ownAgreement),
      resources: request.resources === undefined ? null : JSON.stringify(request.resources),
      reservation: request.reservation ?? null,
      priority: request.priority,
      repeatable: Number(request.repeatable),
      state: request.hold ? 'NEW' : 'QUEUED',
      limitMs,
      cpus,
      tasks,
      atOnce: request.atOnce ?? null,
      now,
      submittedAt: request.hold ? null : now,
    },
  );
}
