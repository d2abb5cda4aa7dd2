import type { Sql } from '../../platform/store/store.ts';
import type { JobRequest, TakenFile, TaskFile } from '../../protocol/jobs/job.ts';
import type { OwnSizes } from './own.ts';

/** What a job is to do, beside what its row says. */
export interface JobText {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly inputs: readonly (TaskFile & { readonly bytes: number })[];
  readonly outputs: readonly string[] | null;
  /** What the first parameters of its tasks are called. */
  readonly names?: readonly string[];
  /** Files of other jobs that it has yet to take. */
  readonly from?: readonly TakenFile[];
  /** How large what its tasks have of their own is at most; not said where they have nothing. */
  readonly own?: OwnSizes;
}

/** The text of a request; the bytes of its inputs are known once they are claimed. */
export function textOf(request: JobRequest, bytes: ReadonlyMap<string, number>, own: OwnSizes): JobText {
  return {
    arguments: request.arguments,
    environment: request.environment,
    inputs: request.inputs.map((file) => ({ ...file, bytes: bytes.get(file.blob) ?? 0 })),
    outputs: request.outputs ?? null,
    ...(request.parameters.length === 0 ? {} : { names: request.parameters }),
    ...(request.inputsFrom.length === 0 ? {} : { from: request.inputsFrom }),
    ...(own.parameters.length + own.inputs === 0 ? {} : { own }),
  };
}

export function readText(sql: Sql, job: number): JobText {
  const row = sql.get<{ text: string }>('SELECT text FROM job_texts WHERE job = @job', { job });
  if (row === undefined) throw new Error(`job ${job} has no text`);
  return JSON.parse(row.text) as JobText;
}

/** How many texts stay ready: those of the jobs whose tasks are being given out. */
const mostTexts = 64;

/** Texts of jobs that are queued, which change no more. */
export class Texts {
  /** In the order in which they were used. */
  readonly #kept = new Map<number, JobText>();

  of(sql: Sql, job: number): JobText {
    const text = this.#kept.get(job) ?? readText(sql, job);
    this.#kept.delete(job);
    this.#kept.set(job, text);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostTexts && oldest !== undefined) this.#kept.delete(oldest);
    return text;
  }
}
