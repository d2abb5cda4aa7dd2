import { sha256 } from '../../platform/digest.ts';
import type { Sql } from '../../platform/store/store.ts';
import { jobRequest } from '../../protocol/jobs/job.ts';
import type { AgainRequest } from '../../protocol/jobs/table.ts';
import { resourceKeeping } from '../reservations/store.ts';
import type { Blobs } from './blobs.ts';
import { notNow, refusal } from './owned.ts';
import { untried } from './reading.ts';
import type { JobRow } from './rows.ts';
import { insertRows, RowReader, RowsBuilder, type TaskRows } from './task-rows.ts';
import { readText } from './text.ts';
import type { UnderWhat } from './under.ts';

type Which = AgainRequest['which'];

/**
 * The word of a job that runs some tasks of another again, by which there is one such job however often it is asked for:
 * no word of an owner has a space.
 */
export function againWord(id: string, which: Which): string {
  return `again ${id} ${which}`;
}

/** What is kept of a job that runs tasks of one that has ended again. */
export interface Rerun {
  readonly id: string;
  readonly under: ReturnType<UnderWhat['of']>;
  readonly rows: TaskRows;
  readonly which: Which;
}

/** The tasks of a job that are run again, each with what it has of its own. Throws a Refusal `not-now`. */
export function rerunOf(
  sql: Sql,
  row: JobRow,
  { id, which, under }: { readonly id: string; readonly which: Which; readonly under: UnderWhat },
): Rerun {
  if (row.endedAt === null) throw notNow(row, 'tasks are run again of a job that has ended');
  if (row.waits !== 0) throw notNow(row, 'it never began; submit it anew');
  const own = new RowReader();
  const rows = new RowsBuilder();
  for (const number of numbersOf(sql, row, which)) {
    const { parameters, inputs, number: known = number } = own.of(sql, row.job, number);
    rows.add({ parameters, inputs, number: known });
  }
  if (rows.count === 0)
    throw notNow(row, which === 'failed' ? 'none of its tasks failed' : 'all its tasks are done');
  const { application, ask, owner, resources, agreement, ownAgreement } = row;
  const request = jobRequest.parse({
    application,
    ...(ask === null ? {} : { ask }),
    ...(resources === null ? {} : { resources: JSON.parse(resources) as unknown }),
    ...(agreement === null || ownAgreement ? {} : { agreement }),
  });
  const submitted = { id, owner, request, isFree: agreement === null };
  return { id, which, rows: rows.done(), under: under.of(submitted) };
}

/** Keeps such a job; returns its number. */
export function insertRerun(
  sql: Sql,
  row: JobRow,
  { id, rows, which, under }: Rerun,
  { blobs, now }: { readonly blobs: Blobs; readonly now: number },
): number {
  const { owner, reservation } = row;
  if (reservation !== null) resourceKeeping(sql, owner, reservation, now);
  const word = againWord(row.id, which);
  const { ask, agreement, ownAgreement, limitMs, cpus } = under(sql, rows.count);
  const job = sql.insert(
    `INSERT INTO jobs (id, owner, request, digest, name, application, ask, resources, reservation, agreement, own_agreement,
       priority, repeatable, state, limit_ms, cpus, tasks, at_once, matching, large_inputs, again_of, created_at, submitted_at)
     SELECT @id, owner, @word, @digest, name, application, @ask, resources, reservation, @agreement, @own,
       priority, repeatable, 'QUEUED', @limitMs, @cpus, @tasks, at_once, @tasks, large_inputs, id, @now, @now
     FROM jobs WHERE job = @before`,
    {
      ...{ id, word, digest: sha256(word), ask, agreement, own: Number(ownAgreement), limitMs, cpus },
      ...{ tasks: rows.count, now, before: row.job },
    },
  );
  const text = readText(sql, row.job);
  const named = [...new Set([...text.inputs.map(({ blob }) => blob), ...rows.blobs])];
  const here = named.length === 0 ? new Map() : blobs.claim(sql, job, owner, named);
  if (here.size < named.length) throw refusal('blobs-missing', 'an input of it is not here any more');
  sql.run('INSERT INTO job_texts (job, text) SELECT @job, text FROM job_texts WHERE job = @before', {
    job,
    before: row.job,
  });
  insertRows(sql, job, rows);
  return job;
}

/** The numbers of those tasks, in order. */
function* numbersOf(sql: Sql, row: JobRow, which: Which): Generator<number> {
  const { job, tasks } = row;
  const isMeant = which === 'failed' ? "state = 'failed' AND state <> 'done'" : "state <> 'done'";
  const tried = sql.all<{ number: number }>(
    `SELECT number FROM tasks WHERE job = @job AND ${isMeant} ORDER BY number`,
    { job },
  );
  for (const { number } of tried) yield number;
  if (which === 'failed' || untried(row) === 'matching') return;
  const last = sql.get<{ number: number | null }>(
    'SELECT max(number) AS number FROM tasks WHERE job = @job',
    {
      job,
    },
  );
  for (let number = (last?.number ?? 0) + 1; number <= tasks; number += 1) yield number;
}
