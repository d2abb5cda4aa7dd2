import type { Sql, Store } from '../../platform/store/store.ts';
import type { JobChange, JobRequest } from '../../protocol/jobs/job.ts';
import { resourceKeeping } from '../reservations/store.ts';
import { largestTask } from './assignment.ts';
import type { Blobs } from './blobs.ts';
import { largeInputsText } from './large-inputs.ts';
import { Moving } from './moving.ts';
import { forgetOutputs } from './outputs.ts';
import { mine, notNow, refusal, type Told, told, type Verb } from './owned.ts';
import { type JobText, readText, textOf } from './text.ts';

export interface JobStoreParts {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly halfLifeMs: number;
  /** How many jobs of one owner there may be. */
  readonly jobsEach: number;
  /** Bytes of what one task may say to its node. */
  readonly taskBytes: number;
}

/** A job that is to be kept, and what was read of it already. */
export interface Submission {
  readonly id: string;
  readonly owner: string;
  readonly request: JobRequest;
  /** Of all that the request says: two that are the same have the same. */
  readonly digest: string;
  readonly limitMs: number | null;
  readonly cpus: number;
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
      this.#countJob(sql, owner);
      const job = insert(sql, placed(sql, submission, now), now);
      const bytes = this.#claim(sql, job, owner, request.inputs);
      const text = textOf(request, bytes);
      sql.run('INSERT INTO job_texts (job, text) VALUES (@job, @text)', { job, text: this.#written(text) });
      const large = largeInputsText(owner, text.inputs);
      if (large !== null) sql.run('UPDATE jobs SET large_inputs = @large WHERE job = @job', { job, large });
      moving.job(job); // is written at the end, with the cursor of its event
      moving.note({ kind: 'state', state: request.hold ? 'NEW' : 'QUEUED', text: null }, job);
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
        const bytes = this.#claim(sql, job, owner, said.inputs);
        inputs = said.inputs.map((file) => ({ ...file, bytes: bytes.get(file.blob) ?? 0 }));
      }
      const text: JobText = {
        ...before,
        arguments: said.arguments ?? before.arguments,
        environment: said.environment ?? before.environment,
        inputs,
      };
      sql.run('UPDATE job_texts SET text = @text WHERE job = @job', { job, text: this.#written(text) });
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
      if (row.state === 'NEW') moving.queue(row);
      return { job: row.job };
    });
  }

  /** Deletes a job that has ended; its tasks and events go by and by. */
  delete(owner: string, id: string, now: number): Promise<void> {
    return this.#parts.store.write((sql) => {
      const moving = new Moving({ sql, now, halfLifeMs: this.#parts.halfLifeMs });
      const row = mine(moving, sql, owner, id);
      if (row.endedAt === null)
        throw notNow(row, 'only a job that has ended can be deleted; cancel it first');
      const { job } = row;
      this.#parts.blobs.release(sql, job);
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
    if (largestTask(text) <= taskBytes) return JSON.stringify(text);
    throw refusal('job-refused', `a task says at most ${taskBytes} bytes, with its parameters filled in`);
  }

  #claim(sql: Sql, job: number, owner: string, inputs: JobRequest['inputs']): ReadonlyMap<string, number> {
    const named = [...new Set(inputs.map(({ blob }) => blob))];
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
    const { store, halfLifeMs } = this.#parts;
    return told(store, { now, halfLifeMs }, verb);
  }
}

/** A job that is to run in a reservation runs where that is kept, and nowhere else. */
function placed(sql: Sql, submission: Submission, now: number): Submission {
  const { request, owner } = submission;
  const { reservation, resources } = request;
  if (reservation === undefined) return submission;
  const resource = resourceKeeping(sql, owner, reservation, now);
  if (resources?.includes(resource) === false)
    throw refusal('job-refused', `reservation ${reservation} is on ${resource}, which the job does not name`);
  return { ...submission, request: { ...request, resources: [resource] } };
}

function insert(sql: Sql, { id, owner, request, digest, limitMs, cpus }: Submission, now: number): number {
  const tasks = typeof request.tasks === 'number' ? request.tasks : request.tasks.length;
  return sql.insert(
    `INSERT INTO jobs (id, owner, request, digest, name, application, ask, resources, reservation, priority, repeatable,
       state, limit_ms, cpus, tasks, matching, created_at, submitted_at)
     VALUES (@id, @owner, @request, @digest, @name, @application, @ask, @resources, @reservation, @priority, @repeatable,
       @state, @limitMs, @cpus, @tasks, @tasks, @now, @submittedAt)`,
    {
      id,
      owner,
      request: request.request ?? null,
      digest,
      name: request.name ?? request.application,
      application: request.application,
      ask: request.ask ?? null,
      resources: request.resources === undefined ? null : JSON.stringify(request.resources),
      reservation: request.reservation ?? null,
      priority: request.priority,
      repeatable: Number(request.repeatable),
      state: request.hold ? 'NEW' : 'QUEUED',
      limitMs,
      cpus,
      tasks,
      now,
      submittedAt: request.hold ? null : now,
    },
  );
}
