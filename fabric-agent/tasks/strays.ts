import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../platform/digest.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { AttemptKey, BackEnd } from '../back-ends/back-end.ts';
import { brokerMark, isOf } from '../back-ends/shared.ts';
import { removeTree } from '../local/remove-tree.ts';
import { type Enrolled, isJournal, journalOf } from './enrolment.ts';

interface StraysOptions {
  readonly backEnd: BackEnd;
  readonly enrolments: readonly Pick<Enrolled, 'mark' | 'journal' | 'enrolment'>[];
  readonly dataFolder: string;
  readonly log: Log;
}

/** Where the files of a client lie in the data folder; another client, which has another key, never has the same place. */
export function clientFilesIn(dataFolder: string, key: string): string {
  return join(dataFolder, clientFiles, sha256(key).slice(0, 32));
}

/** Whether there may be something of brokers or clients in a data folder that is not ended or removed yet. */
export async function hasLeft(dataFolder: string): Promise<boolean> {
  const isThere = (await readdir(dataFolder)).some(isJournal);
  return isThere || (await namesIn(join(dataFolder, clientFiles))).length > 0;
}

/**
 * Ends what runs for brokers at which this node is enrolled no more, and for clients that may call no more, for nobody would
 * ever hear of it, and forgets what was written down of it and the files of those clients.
 */
export function endingStrays(options: StraysOptions): Part {
  const stop = async () => {};
  return {
    async start() {
      const { backEnd, enrolments } = options;
      const known = await backEnd.known();
      const strays = known.filter(({ task }) => !enrolments.some(({ mark }) => isOf(task, mark)));
      const left = new Set<string>();
      for (const key of strays) if (!(await isEnded(key, options))) left.add(journalOf(brokerMark(key.task)));
      await forgetJournals(options, left);
      await forgetFiles(options);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function isEnded(key: AttemptKey, { backEnd, log }: StraysOptions): Promise<boolean> {
  log.warn('a task is ended of a broker at which this node is enrolled no more', { ...key });
  const run = { ...key, handle: null };
  try {
    await backEnd.cancel(run, 0);
    await backEnd.forget([run]);
    await removeTree(backEnd.place(key).folder);
    return true;
  } catch (error) {
    log.error('it could not be ended', { ...key, error }); // the next start tries again
    return false;
  }
}

/** Removes the files of clients that may call no more. */
async function forgetFiles({ dataFolder, enrolments, log }: StraysOptions): Promise<void> {
  const own = new Set(enrolments.map(({ enrolment }) => clientFilesIn(dataFolder, enrolment.brokerKey)));
  for (const name of await namesIn(join(dataFolder, clientFiles))) {
    const folder = join(dataFolder, clientFiles, name);
    if (own.has(folder)) continue;
    try {
      await rm(folder, { recursive: true });
    } catch (error) {
      log.warn('the files of a client that is no more could not be removed', { folder, error });
    }
  }
}

/** Removes the journals of brokers that are no more, but those of which something is left. */
async function forgetJournals(
  { dataFolder, enrolments, log }: StraysOptions,
  left: ReadonlySet<string>,
): Promise<void> {
  const own = new Set(enrolments.map(({ journal }) => journal));
  for (const name of await readdir(dataFolder)) {
    if (!isJournal(name) || own.has(name) || left.has(name)) continue;
    try {
      await rm(join(dataFolder, name));
    } catch (error) {
      log.warn('a journal of a broker that is no more could not be removed', { journal: name, error });
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
}

const clientFiles = 'client-files';
