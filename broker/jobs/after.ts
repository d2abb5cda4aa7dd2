import type { Sql } from '../../platform/store/store.ts';
import type { JobRequest, TakenFile, TaskFile } from '../../protocol/jobs/job.ts';
import { filled } from './assignment.ts';
import type { Blobs } from './blobs.ts';
import { largeInputsText } from './large-inputs.ts';
import type { Moving } from './moving.ts';
import { outputIn } from './outputs.ts';
import { noJob, noTask, refusal } from './owned.ts';
import type { JobRow } from './rows.ts';
import { RowReader } from './task-rows.ts';
import { bytesOfTask } from './task-size.ts';
import { type JobText, readText } from './text.ts';

export interface AfterParts {
  readonly blobs: Blobs;
  /** For how many jobs one may wait. */
  readonly mostAfter: number;
  /** How many files a job may take. */
  readonly mostFiles: number;
  /** Bytes of what one task may say to its node. */
  readonly taskBytes: number;
}

type Row = NonNullable<ReturnType<Moving['job']>>;

/** What a job needs of the end of another: that it went well, or only that it is over. */
type Needs = 'ok' | 'ended';

/**
 * Notes for which jobs a job waits that was kept just now, and hears of those that are over already. Only jobs that are
 * there can be named, so that none waits for itself. Throws a Refusal where one is not its owner's, or it wants too much.
 */
export function waitFor(
  { moving, sql, parts }: { readonly moving: Moving; readonly sql: Sql; readonly parts: AfterParts },
  row: Row,
  request: Pick<JobRequest, 'after' | 'inputsFrom' | 'inputs'>,
): void {
  const before = new Map<number, Needs>();
  const numbers = new Map<string, JobRow>();
  const jobNamed = (id: string): JobRow => {
    const known = numbers.get(id);
    if (known !== undefined) return known;
    const text = 'SELECT job FROM jobs WHERE id = @id AND owner = @owner';
    const found = sql.get<{ job: number }>(text, { id, owner: row.owner });
    const named = found && moving.job(found.job);
    if (named === undefined) throw noJob(id);
    numbers.set(id, named);
    return named;
  };
  for (const { job: id, when } of request.after) {
    const { job } = jobNamed(id);
    before.set(job, before.get(job) === 'ok' ? 'ok' : when);
  }
  let files = request.inputs.length;
  for (const file of request.inputsFrom) {
    const from = jobNamed(file.job);
    if (file.task !== undefined && file.task > from.tasks) throw noTask(file.job, file.task);
    if (file.task === undefined && from.tasks > 1 && !file.path.includes(taskPlace))
      throw refusal(
        'job-refused',
        `job ${file.job} has ${from.tasks} tasks: say of which ${file.output} is to be taken, or put ${taskPlace} into ${file.path}`,
      );
    files += file.task === undefined ? from.tasks : 1;
    if (!before.has(from.job)) before.set(from.job, 'ok');
  }
  if (request.inputsFrom.length > 0 && files * leastBytes > parts.taskBytes)
    throw refusal(
      'job-refused',
      `${files} files are more than a task may say, which has ${parts.taskBytes} bytes`,
    );
  if (files > parts.mostFiles)
    throw refusal('job-refused', `a job takes at most ${parts.mostFiles} files, and this one ${files}`);
  if (before.size > parts.mostAfter)
    throw refusal('job-refused', `a job waits for at most ${parts.mostAfter} jobs`);
  row.waits = before.size;
  for (const [job, needs] of before)
    sql.run('INSERT INTO job_after (job, before, needs) VALUES (@job, @before, @needs)', {
      job: row.job,
      before: job,
      needs,
    });
  for (const [job, needs] of before)
    if (moving.job(job)?.endedAt !== null) hear({ moving, sql, parts }, row, job, needs);
  row.reason = reasonOf(sql, row);
}

/**
 * A job is over: those that wait for it hear of it, at most so many. Returns the jobs that wait for nothing more, and
 * whether others have yet to hear.
 */
export function tellOfEnd(
  { moving, sql, parts }: { readonly moving: Moving; readonly sql: Sql; readonly parts: AfterParts },
  before: number,
  most: number,
): { readonly ready: readonly Row[]; readonly more: boolean } {
  const waiting = sql.all<{ job: number; needs: Needs }>(
    'SELECT job, needs FROM job_after WHERE before = @before ORDER BY job LIMIT @most',
    { before, most },
  );
  const ready: Row[] = [];
  let told = 0;
  let files = 0;
  for (const { job, needs } of waiting) {
    if (files > filesAVerb) break;
    told += 1;
    const row = moving.job(job);
    if (row === undefined || row.endedAt !== null || row.waits <= 0) {
      sql.run('DELETE FROM job_after WHERE job = @job AND before = @before', { job, before });
      continue;
    }
    files += hear({ moving, sql, parts }, row, before, needs);
    if (row.waits >= 0) row.reason = reasonOf(sql, row);
    if (row.waits === 0 && row.state !== 'NEW') ready.push(row);
  }
  return { ready, more: told === most || told < waiting.length };
}

/** The jobs that are over of which others have yet to hear. */
export function untold(sql: Sql): readonly number[] {
  return sql
    .all<{ before: number }>(
      `SELECT DISTINCT a.before FROM job_after a LEFT JOIN jobs b ON b.job = a.before
       WHERE b.job IS NULL OR b.ended_at IS NOT NULL`,
    )
    .map(({ before }) => before);
}

/** Whether others have yet to hear of the end of a job. */
export function isAwaited(sql: Sql, job: number): boolean {
  return sql.get('SELECT 1 FROM job_after WHERE before = @job LIMIT 1', { job }) !== undefined;
}

/** A job that is not NEW any more, and for which what it needs will never be, is over. */
export function giveUpIfNever(moving: Moving, row: Row): void {
  if (row.waits >= 0 || row.state === 'NEW') return;
  row.cancelMs = 0; // its tasks are those of a job that starts nothing more
  moving.giveUp(row);
}

/** A job hears of the end of one that it waits for, and takes what it needs of that; returns how many files that are. */
function hear(
  { moving, sql, parts }: { readonly moving: Moving; readonly sql: Sql; readonly parts: AfterParts },
  row: Row,
  before: number,
  needs: Needs,
): number {
  sql.run('DELETE FROM job_after WHERE job = @job AND before = @before', { job: row.job, before });
  if (row.waits < 0) return 0;
  const over = moving.job(before);
  let taken: number | string;
  if (over === undefined) taken = 'a job that it waited for is gone';
  else if (needs === 'ok' && over.state !== 'FINISHED')
    taken = `job ${over.id} ended ${over.state}, and this one was to run only after it went well`;
  else taken = take(sql, parts, row, over);
  if (typeof taken === 'number') {
    row.waits -= 1;
    return taken;
  }
  row.waits = -1;
  row.reason = taken;
  giveUpIfNever(moving, row);
  return 0;
}

const taskPlace = '{task}';
/** Bytes of a file among what a task says, at least: its blob, and the names of what is said of it. */
const leastBytes = 100;
/** Files (a count) that are taken from the job that is over in one verb, before others go on with it. */
const filesAVerb = 2_000;

/** Takes the files of a job that is over, and returns how many, or why that cannot be. They are held from now on, whatever becomes of it. */
function take(sql: Sql, parts: AfterParts, row: Row, over: JobRow): number | string {
  const text = readText(sql, row.job);
  const from = text.from ?? [];
  const wanted = from.filter(({ job }) => job === over.id);
  if (wanted.length === 0) return 0;
  const rows = new RowReader();
  const found: JobText['inputs'][number][] = [];
  for (const file of wanted)
    for (const number of numbersOf(file, over)) {
      const own = rows.of(sql, over.job, number);
      const known = own.number ?? number;
      const path = filled(file.output, known, own.parameters);
      const left = outputIn(sql, { job: over.job, number }, path);
      if (left === undefined) return `task ${number} of job ${over.id} left no file ${path.slice(0, 200)}`;
      const { blob, bytes, executable } = left;
      found.push({ path: file.path.replaceAll(taskPlace, String(known)), blob, bytes, executable });
    }
  const claimed = parts.blobs.claim(sql, row.job, row.owner, blobsOf(found));
  const gone = found.find(({ blob }) => !claimed.has(blob));
  if (gone !== undefined) return `what job ${over.id} left for ${gone.path} is not here any more`;
  const inputs = [...text.inputs, ...found];
  const paths = new Set<string>();
  for (const { path } of inputs) {
    if (paths.has(path)) return `two of its input files would be ${path}`;
    paths.add(path);
  }
  const now: JobText = { ...text, inputs, from: from.filter(({ job }) => job !== over.id) };
  if (bytesOfTask(now) > parts.taskBytes)
    return `its tasks would say more than ${parts.taskBytes} bytes, with the files of job ${over.id}`;
  sql.run('UPDATE job_texts SET text = @text WHERE job = @job', { job: row.job, text: JSON.stringify(now) });
  row.largeInputs = largeInputsText(row.owner, inputs);
  sql.run('UPDATE jobs SET large_inputs = @large WHERE job = @job', { job: row.job, large: row.largeInputs });
  return found.length;
}

function* numbersOf({ task }: TakenFile, { tasks }: JobRow): Generator<number> {
  if (task !== undefined) yield task;
  else for (let number = 1; number <= tasks; number += 1) yield number;
}

function blobsOf(files: readonly Pick<TaskFile, 'blob'>[]): string[] {
  return [...new Set(files.map(({ blob }) => blob))];
}

/** What a job waits for, as a sentence; null where that is nothing more. */
function reasonOf(sql: Sql, { job, waits, reason }: Row): string | null {
  if (waits < 0) return reason;
  if (waits === 0) return null;
  const [first] = sql.all<{ id: string; needs: Needs }>(
    `SELECT b.id, a.needs FROM job_after a JOIN jobs b ON b.job = a.before
     WHERE a.job = @job ORDER BY a.before LIMIT 1`,
    { job },
  );
  const more = waits === 1 ? '' : `, and for ${waits - 1} more`;
  return `it waits for job ${first?.id} to end${first?.needs === 'ok' ? ' well' : ''}${more}`;
}
