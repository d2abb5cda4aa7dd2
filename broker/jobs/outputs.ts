import type { Sql, Store } from '../../platform/store/store.ts';
import type { OutputPage } from '../../protocol/jobs/job.ts';
import { refusal } from './owned.ts';
import type { JobReader, Listed } from './reading.ts';
import type { Output, TaskKey } from './rows.ts';
import { resultOf } from './views.ts';

/** Which attempt of a task. */
interface AttemptKey extends TaskKey {
  readonly attempt: number;
}

type Raw = Omit<Output, 'executable'> & { readonly executable: number };

/** Keeps files that an attempt left, from their place in its list on; what was there of earlier attempts goes. */
export function keepOutputs(sql: Sql, of: AttemptKey, from: number, outputs: readonly Output[]): void {
  const { job, number, attempt } = of;
  if (from === 0)
    sql.run('DELETE FROM outputs WHERE job = @job AND number = @number AND attempt < @attempt', {
      job,
      number,
      attempt,
    });
  for (const [index, { path, blob, bytes, executable }] of outputs.entries())
    sql.run(
      'INSERT OR REPLACE INTO outputs VALUES (@job, @number, @attempt, @place, @path, @blob, @bytes, @executable)',
      { ...{ job, number, attempt, path, blob, bytes }, place: from + index, executable: Number(executable) },
    );
}

/** Of how many of the first `listed` files of an attempt is known which they are. */
export function outputsKept(sql: Sql, { job, number, attempt }: AttemptKey, listed: number): number {
  const text = `SELECT count(*) AS count FROM outputs
    WHERE job = @job AND number = @number AND attempt = @attempt AND place < @listed`;
  return sql.get<{ count: number }>(text, { job, number, attempt, listed })!.count;
}

/** A file that a task left, by its path. */
export function outputIn(sql: Sql, { job, number }: TaskKey, path: string): Output | undefined {
  const text = 'SELECT attempt, result FROM tasks WHERE job = @job AND number = @number';
  const row = sql.get<{ attempt: number; result: string | null }>(text, { job, number });
  const result = row && resultOf(row);
  if (row === undefined || result === undefined) return undefined;
  const { outputs, listed = 0 } = result;
  const found = outputs.find((output) => output.path === path);
  if (found !== undefined || listed === 0) return found;
  return listedBy(sql, { job, number, attempt: row.attempt }, path, listed);
}

function listedBy(sql: Sql, { job, number, attempt }: AttemptKey, path: string, listed: number) {
  const text = `SELECT path, blob, bytes, executable FROM outputs
    WHERE job = @job AND number = @number AND attempt = @attempt AND path = @path AND place < @listed`;
  const raw = sql.get<Raw>(text, { job, number, attempt, path, listed });
  return raw && outputOf(raw);
}

/** Forgets files of a job that was deleted, so many at most, and counts them. */
export function forgetOutputs(sql: Sql, job: number, most: number): number {
  return sql.run(
    `DELETE FROM outputs WHERE (job, number, attempt, place) IN
       (SELECT job, number, attempt, place FROM outputs WHERE job = @job LIMIT @most)`,
    { job, most },
  );
}

/** The files that tasks left, as their owners are shown them. */
export class Outputs {
  readonly #store: Store;
  readonly #reader: Pick<JobReader, 'task'>;
  readonly #mostAPage: number;

  /** @param mostAPage files (a count) */
  constructor(store: Store, reader: Pick<JobReader, 'task'>, mostAPage: number) {
    this.#store = store;
    this.#reader = reader;
    this.#mostAPage = mostAPage;
  }

  /** A part of the list, after so many of them. */
  async page(
    owner: string,
    id: string,
    number: number,
    asked: { readonly after?: number | undefined; readonly limit?: number | undefined },
  ): Promise<OutputPage> {
    const { task } = await this.#reader.task(owner, id, number);
    const after = asked.after ?? 0;
    const most = Math.min(asked.limit ?? this.#mostAPage, this.#mostAPage);
    const { outputs, listed } = leftBy(task);
    const known = Math.min(listed, after + most);
    const paged = after < known ? await this.#listed(task, after, known) : [];
    const rest = outputs.slice(Math.max(0, after - listed), Math.max(0, after + most - listed));
    const next = after + most < listed + outputs.length ? String(after + most) : null;
    return { outputs: [...paged, ...rest], next };
  }

  /** A file by its path. Throws a Refusal `not-found`. */
  async file(owner: string, id: string, number: number, path: string): Promise<Output> {
    const { task } = await this.#reader.task(owner, id, number);
    const { outputs, listed } = leftBy(task);
    const found = outputs.find((output) => output.path === path);
    const file = found ?? (listed > 0 ? await this.#byPath(task, path, listed) : undefined);
    if (file !== undefined) return file;
    throw refusal('not-found', `task ${number} of job ${id} has left no file ${path.slice(0, 200)}`);
  }

  #listed(task: Listed, from: number, to: number): Promise<Output[]> {
    const text = `SELECT path, blob, bytes, executable FROM outputs
      WHERE job = @job AND number = @number AND attempt = @attempt AND place >= @from AND place < @to ORDER BY place`;
    return this.#store.read((sql) => sql.all<Raw>(text, { ...keyOf(task), from, to }).map(outputOf));
  }

  #byPath(task: Listed, path: string, listed: number): Promise<Output | undefined> {
    return this.#store.read((sql) => listedBy(sql, keyOf(task), path, listed));
  }
}

function leftBy({ row }: Listed): { readonly outputs: readonly Output[]; readonly listed: number } {
  const result = row && resultOf(row);
  return { outputs: result?.outputs ?? [], listed: result?.listed ?? 0 };
}

function keyOf({ row }: Listed) {
  const { job = 0, number = 0, attempt = 0 } = row ?? {};
  return { job, number, attempt };
}

function outputOf({ executable, ...file }: Raw): Output {
  return { ...file, executable: executable !== 0 };
}
