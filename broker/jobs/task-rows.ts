import type { Sql } from '../../platform/store/store.ts';
import type { TaskFile } from '../../protocol/jobs/job.ts';
import type { Blobs } from './blobs.ts';
import { largerSizes, noSizes, type OwnOfTask, type OwnSizes } from './own.ts';

/** As it is kept. */
type Kept = [parameters: readonly string[], inputs?: readonly TaskFile[], number?: number];

/** Rows of tasks that are kept together, and what was found out of them. */
export interface TaskRows {
  /** How many tasks. */
  readonly count: number;
  /** Some of them each, one after another; nothing where no task has anything of its own. */
  readonly chunks: readonly Chunk[];
  /** The blobs of their files. */
  readonly blobs: readonly string[];
  /** How large what they have of their own is at most. */
  readonly sizes: OwnSizes;
}

interface Chunk {
  readonly first: number;
  readonly text: string;
}

/** Characters of a chunk, from which on another is begun. */
const chunkLength = 32 * 1024;

/** Tasks that have nothing of their own. */
export function plainRows(count: number): TaskRows {
  return { count, chunks: [], blobs: [], sizes: noSizes };
}

/** Puts rows of tasks together. */
export class RowsBuilder {
  readonly #chunks: Chunk[] = [];
  readonly #blobs = new Set<string>();
  #texts: string[] = [];
  #length = 0;
  #count = 0;
  #sizes = noSizes;

  get count(): number {
    return this.#count;
  }

  /** How many files the rows name, each counted once. */
  get files(): number {
    return this.#blobs.size;
  }

  add(row: OwnOfTask): void {
    this.#sizes = largerSizes(this.#sizes, row);
    for (const { blob } of row.inputs) this.#blobs.add(blob);
    const text = JSON.stringify(keptOf(row));
    this.#texts.push(text);
    this.#count += 1;
    this.#length += text.length;
    if (this.#length >= chunkLength) this.#end();
  }

  done(): TaskRows {
    this.#end();
    const { count } = this;
    return { count, chunks: this.#chunks, blobs: [...this.#blobs], sizes: this.#sizes };
  }

  #end(): void {
    if (this.#texts.length === 0) return;
    this.#chunks.push({ first: this.#count - this.#texts.length + 1, text: `[${this.#texts.join()}]` });
    [this.#texts, this.#length] = [[], 0];
  }
}

function keptOf({ parameters, inputs, number }: OwnOfTask): Kept {
  if (number !== undefined) return [parameters, inputs, number];
  return inputs.length > 0 ? [parameters, inputs] : [parameters];
}

function ownOf([parameters, inputs = [], number]: Kept): OwnOfTask {
  return { parameters, inputs, number };
}

const nothing: OwnOfTask = { parameters: [], inputs: [] };

/** How large the files of a task are that are its own. */
export function sizesOf(blobs: Blobs, sql: Sql, { inputs }: OwnOfTask): ReadonlyMap<string, number> {
  return blobs.sizes(
    sql,
    inputs.map(({ blob }) => blob),
  );
}

export function insertRows(sql: Sql, job: number, { chunks }: TaskRows): void {
  for (const { first, text } of chunks)
    sql.run('INSERT INTO job_rows (job, first, rows) VALUES (@job, @first, @text)', { job, first, text });
}

export function forgetRows(sql: Sql, job: number): void {
  sql.run('DELETE FROM job_rows WHERE job = @job', { job });
}

interface Read {
  readonly first: number;
  readonly rows: readonly Kept[];
}

function chunkWith(sql: Sql, job: number, number: number): Read | undefined {
  const text =
    'SELECT first, rows FROM job_rows WHERE job = @job AND first <= @number ORDER BY first DESC LIMIT 1';
  const raw = sql.get<{ first: number; rows: string }>(text, { job, number });
  return raw && { first: raw.first, rows: JSON.parse(raw.rows) as Kept[] };
}

/** What the tasks of a job have of their own, by number; nothing where no task has anything. */
export function* rowsIn(sql: Sql, job: number): Generator<OwnOfTask> {
  const text = 'SELECT first, rows FROM job_rows WHERE job = @job AND first > @after ORDER BY first LIMIT 1';
  for (let after = 0; ; ) {
    const raw = sql.get<{ first: number; rows: string }>(text, { job, after });
    if (raw === undefined) return;
    for (const kept of JSON.parse(raw.rows) as Kept[]) yield ownOf(kept);
    after = raw.first;
  }
}

/** Chunks (a count) that stay read: those of the tasks that are being given out. */
const mostChunks = 64;

/** What tasks have of their own, read a chunk at a time. */
export class RowReader {
  /** By job, the chunk that was read last; in the order in which they were used. */
  readonly #read = new Map<number, Read | undefined>();

  /** Of a job whose rows change no more. */
  of(sql: Sql, job: number, number: number): OwnOfTask {
    const known = this.#read.get(job);
    const isThere = this.#read.has(job) && (known === undefined || holds(known, number));
    const chunk = isThere ? known : chunkWith(sql, job, number);
    this.#read.delete(job);
    this.#read.set(job, chunk);
    const [oldest] = this.#read.keys();
    if (this.#read.size > mostChunks && oldest !== undefined) this.#read.delete(oldest);
    const row = chunk?.rows[number - chunk.first];
    return row === undefined ? nothing : ownOf(row);
  }
}

function holds({ first, rows }: Read, number: number): boolean {
  return number >= first && number < first + rows.length;
}
