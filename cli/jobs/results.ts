import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobsClient, JobsClient } from '../../client/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { LeftFile, TaskView } from '../../protocol/jobs/job.ts';
import { reservedFolder } from '../../protocol/tar-guard.ts';

/** Files (a count) that are fetched at once: what is small waits for answers more than for anything else. */
const mostAtOnce = 4;

/** Where results go. */
export interface Place {
  readonly folder: string;
  /**
   * Whether the user named it: elsewhere, what stands there is never replaced, and nothing is written whose name hides
   * it, such as a `.profile`.
   */
  readonly isChosen: boolean;
}

/** What became of the results of a task. */
export interface Fetched {
  /** The paths that are there now. */
  readonly files: readonly string[];
  /** Those that were not brought, each with the reason. */
  readonly leftOut: readonly string[];
}

/** The files that a task left: those that it tells of itself, or all that are listed. */
export function filesOf(
  jobs: Pick<JobsClient, 'outputs'>,
  job: string,
  { number, outputs, outputCount }: TaskView,
  signal: AbortSignal,
): Iterable<LeftFile> | AsyncIterable<LeftFile> {
  return outputs.length === outputCount ? outputs : jobs.outputs(job, number, { signal });
}

/** Brings what a task left into a folder. */
export async function fetchResults(
  blobs: Pick<BlobsClient, 'download'>,
  outputs: Iterable<LeftFile> | AsyncIterable<LeftFile>,
  { folder, isChosen }: Place,
  options: { readonly signal: AbortSignal; readonly progress: (line: string) => void },
): Promise<Fetched> {
  const files: string[] = [];
  const leftOut: string[] = [];
  const underWay = new Set<Promise<void>>();
  let fault: { readonly error: unknown } | undefined;
  try {
    for await (const { path, blob, bytes, executable } of outputs) {
      const target = join(folder, path);
      const why = isChosen ? undefined : await whyNot(path, target);
      if (why !== undefined) {
        leftOut.push(`${path}: ${why}`);
        continue;
      }
      const progress = (done: number, total: number) =>
        options.progress(`fetching ${path} (${done} of ${total} bytes)`);
      await makeFolder(dirname(target));
      while (underWay.size >= mostAtOnce) await Promise.race(underWay);
      if (fault !== undefined) break;
      const fetching = blobs
        .download({ blob, bytes }, target, { signal: options.signal, progress, executable })
        .catch((error: unknown) => {
          fault ??= { error };
        })
        .finally(() => underWay.delete(fetching));
      underWay.add(fetching);
      files.push(path);
    }
  } finally {
    await Promise.all(underWay);
  }
  if (fault !== undefined) throw fault.error;
  return { files, leftOut };
}

/** Puts what a task has printed where `ogm run` has it: `.ogm/stdout` and `.ogm/stderr`, those that are not empty. */
export async function keepPrinted(
  jobs: Pick<JobsClient, 'printed'>,
  id: string,
  { number, stdoutBytes, stderrBytes }: TaskView,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  for (const [stream, bytes] of [
    ['stdout', stdoutBytes],
    ['stderr', stderrBytes],
  ] as const) {
    if (bytes === 0) continue;
    await makeFolder(join(folder, reservedFolder));
    await writeFile(join(folder, reservedFolder, stream), jobs.printed(id, number, stream, 0, { signal }));
  }
}

async function whyNot(path: string, target: string): Promise<string | undefined> {
  if (path.split('/').some((name) => name.startsWith('.'))) return 'its name would hide it';
  return (await lstat(target).catch(() => undefined)) === undefined
    ? undefined
    : 'a file of that name is here';
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const detail = `${folder} cannot be made (${(error as Error).message})`;
    throw new Refusal(failure('bad-file', detail), { cause: error });
  }
}
