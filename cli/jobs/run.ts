import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type JobsClient, type RunResult, ServiceFailure } from '../../client/index.ts';
import { stringText } from '../../grammar/index.ts';
import type { JobView, TaskFile, TaskView } from '../../protocol/jobs/job.ts';
import type { ResourceView } from '../../protocol/resources.ts';
import { reservedFolder } from '../../protocol/tar-guard.ts';
import type { Context } from '../commands/context.ts';
import { brokerClients } from './clients.ts';
import { followJob } from './following.ts';
import { whyJobs } from './idle.ts';
import { inputFiles } from './inputs.ts';
import { fetchResults, filesOf } from './results.ts';
import { exitLine } from './words.ts';

/** What is to run, and where its results go. */
export interface RunOrder {
  readonly application: string;
  /** Paths of files to send. */
  readonly files: readonly string[];
  readonly words: readonly string[];
  /** A folder that is there. */
  readonly output: string;
}

/** Where a job ran. */
export interface RanAt {
  readonly broker: string;
  readonly host: string;
}

/** How a program is to run: as the user wants it, or as it can be. */
export type Way = 'job' | 'host' | undefined;

/**
 * Whether a program runs as a job: where the broker knows the user, and a resource that is there and serves them offers it. Throws what
 * the broker refuses only where it is to be a job whatever is offered.
 */
export async function isForJob(
  context: Context,
  application: string,
  way: Way,
  signal: AbortSignal,
): Promise<boolean> {
  if (way === 'host') return false;
  const names = [application, stringText(application)];
  try {
    const resources = await brokerClients(context).resources.list({ signal });
    const offers = ({ state, says, serves }: ResourceView) =>
      state === 'online' &&
      serves === 'any' &&
      [says?.['Application'] ?? []].flat().some((offered) => names.includes(offered));
    return way === 'job' || resources.some(offers);
  } catch (error) {
    if (way === 'job' || signal.aborted || !(error instanceof ServiceFailure)) throw error;
    return false;
  }
}

/**
 * Runs a program as a job of one task, and brings what came of it as a Host's answer would be; then the job is deleted. Where
 * it is called off the job is cancelled, and stays.
 */
export async function runAsJob(
  context: Context,
  order: RunOrder,
  signal: AbortSignal,
): Promise<{ readonly at: RanAt; readonly result: RunResult }> {
  const { out, config } = context;
  const { jobs } = brokerClients(context);
  const { id } = await submit(context, order, signal);
  try {
    signal.throwIfAborted();
    out.note(`job ${id} is queued`);
    const job = await followJob(jobs, id, out, signal, whyJobs(context));
    const task = await jobs.task(id, 1, { signal });
    const result = await bring(context, job, task, order.output, signal);
    await jobs.delete(id, { signal });
    return { at: { broker: config.client['broker-url'], host: task.resource ?? '' }, result };
  } catch (error) {
    if (signal.aborted) await jobs.cancel(id).catch(() => {});
    else out.note(`see what came of it with ogm job show ${id}`);
    throw error;
  }
}

async function submit(
  context: Context,
  { application, files, words }: RunOrder,
  signal: AbortSignal,
): Promise<JobView> {
  const { out, config } = context;
  const { jobs, blobs } = brokerClients(context);
  const inputs: TaskFile[] = [];
  for (const { file, executable } of await inputFiles(files, config.client['result-entries'])) {
    const path = basename(resolve(file));
    const progress = (done: number, total: number) =>
      out.progress(`sending ${path} (${done} of ${total} bytes)`);
    const { blob } = await blobs.upload(file, { signal, progress });
    inputs.push({ path, blob, executable });
  }
  signal.throwIfAborted();
  // The words are parameters, in which nothing is filled in. Not called off: what is queued is to be known.
  const places = words.map((_, index) => `{${index + 1}}`);
  return jobs.submit({ request: randomUUID(), application, arguments: places, tasks: [[...words]], inputs });
}

async function bring(
  context: Context,
  job: JobView,
  task: TaskView,
  output: string,
  signal: AbortSignal,
): Promise<RunResult> {
  const { jobs, blobs } = brokerClients(context);
  const progress = (line: string) => context.out.progress(line);
  const outputs = filesOf(jobs, job.id, task, signal);
  const { files } = await fetchResults(
    blobs,
    outputs,
    { folder: output, isChosen: true },
    { signal, progress },
  );
  const hasRun = task.exit !== null && task.exit.startedAt !== null;
  const [stdout, stderr] = hasRun ? await keepStreams(jobs, job.id, output, signal) : [];
  const leftOut = await notSent(jobs, job.id, signal);
  return { exitCode: codeOf(task), stdout, stderr, files, leftOut, error: errorOf(job, task) };
}

async function keepStreams(
  jobs: JobsClient,
  id: string,
  output: string,
  signal: AbortSignal,
): Promise<[string, string]> {
  await mkdir(join(output, reservedFolder), { recursive: true });
  const keep = async (stream: 'stdout' | 'stderr') => {
    const file = resolve(output, reservedFolder, stream);
    await writeFile(file, jobs.printed(id, 1, stream, 0, { signal }));
    return file;
  };
  return [await keep('stdout'), await keep('stderr')];
}

/** What the node left out of the results: it says so as messages do. */
async function notSent(jobs: JobsClient, id: string, signal: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  for await (const { kind, text } of jobs.events({ job: id, ends: true, signal }))
    if (kind === 'message' && text !== null && /^.{1,1100} was not sent: /.test(text)) lines.push(text);
  return lines;
}

/** As a shell would give it. */
function codeOf({ exit }: TaskView): number | undefined {
  if (exit === null || exit.code === null) return undefined;
  return exit.kind === 'signalled' ? 128 + exit.code : exit.code;
}

/** Why it has not ended by itself, or not all of it came. */
function errorOf({ reason }: JobView, { state, exit }: TaskView): string | undefined {
  if (state === 'done') return undefined;
  const byItself = exit?.kind === 'signalled' || (exit?.kind === 'exited' && exit.code !== 0);
  if (byItself) return undefined;
  return reason ?? (exit === null ? 'it was not run' : `the program ${exitLine(exit)}`);
}
