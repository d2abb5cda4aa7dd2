import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refusal } from '../../platform/failure.ts';
import type { Part } from '../../platform/lifecycle.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { AgentSettings } from '../settings.ts';

/** The file of the data folder that says where the runs of its tasks are. */
const fileName = 'back-end';

/**
 * Where runs of these settings are, in one line: on this machine its supervisor finds them, whether bubblewrap encloses them
 * or nothing; those of containers, of each folder of a far host and of each cluster are apart. Jobs are found in whichever queue they are.
 */
export function familyOf(config: AgentSettings, cluster: string | undefined): string {
  if (cluster !== undefined) return cluster;
  switch (config['back-end']) {
    case 'bubblewrap':
      return 'local';
    case 'ssh': {
      const { 'ssh-host': host = '?', 'ssh-port': port, 'ssh-user': user = '?', 'ssh-way': way } = config;
      return `ssh ${user}@${host}:${port} ${way} ${config['ssh-folder']}`;
    }
    default:
      return config['back-end'];
  }
}

/** Stands in place of what is not known of a cluster just now: it may be any. */
export const unknownCluster = '?';

/** Tasks that are named in a sentence (a count). */
const mostNamed = 3;

export interface ChangingFamily {
  /** The agent's data folder. */
  readonly folder: string;
  /** Where the runs of tasks are that begin from now on, in one line: another back end of the same word finds them. */
  readonly family: string;
  /** Tasks that may be in the hands of the back end, or whose files lie with it, by their names. */
  readonly underWay: () => Promise<readonly string[]>;
}

/**
 * Notes where the runs of tasks are from now on. `start` throws a Refusal `back-end-changed` where there are some elsewhere:
 * another back end would call them lost, and they would go on there, and perhaps begin once more.
 */
export function keepingFamily(options: ChangingFamily): Part {
  const stop = async () => {};
  return { start: () => keepFamily(options), stop, [Symbol.asyncDispose]: stop };
}

async function keepFamily({ folder, family, underWay }: ChangingFamily): Promise<void> {
  const file = join(folder, fileName);
  const before = (await readFile(file, 'utf8').catch(unlessAbsent))?.trim();
  if (before === family || (before !== undefined && mayBe(family, before))) return;
  // Where it was not known before, what is said now is kept.
  const isOther = before !== undefined && !mayBe(before, family);
  const tasks = isOther ? await underWay() : [];
  if (isOther && tasks.length > 0) throw changed({ file, before, family, tasks });
  const aside = `${file}.part`;
  {
    await using handle = await open(aside, 'w', 0o600);
    await handle.writeFile(`${family}\n`);
    await handle.sync();
  }
  await rename(aside, file);
  await using parent = await open(dirname(file));
  await parent.sync();
}

/** Whether a family of which not all is known may be another. */
function mayBe(unknown: string, other: string): boolean {
  const [system, cluster] = unknown.split(' ', 2);
  return cluster === unknownCluster && other.split(' ', 1)[0] === system;
}

function changed(of: { file: string; before: string; family: string; tasks: readonly string[] }): Refusal {
  const { file, before, family, tasks } = of;
  const named = tasks.slice(0, mostNamed).join(', ');
  const rest = tasks.length > mostNamed ? ` and ${tasks.length - mostNamed} more` : '';
  return new Refusal(
    failure(
      'back-end-changed',
      `${tasks.length === 1 ? 'a task is' : `${tasks.length} tasks are`} with another back end yet (${before}; now ${family}): ${named}${rest}`,
      `start the agent as it was, with agent.accept-tasks: false, until they have ended; if that is gone for good, remove ${file}: what the new one does not find is lost`,
    ),
  );
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
