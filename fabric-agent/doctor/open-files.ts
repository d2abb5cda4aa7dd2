import { readFile } from 'node:fs/promises';
import type { AgentSettings } from '../settings.ts';
import { type Finding, warning, well } from './finding.ts';

/** How many files this process may have open; undefined where the system does not say. */
export async function openFilesMost(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  // Node.js raises the soft limit to the hard one when it starts.
  const [, hard] = /^Max open files\s+\S+\s+(\d+)/m.exec(limits) ?? [];
  return hard === undefined ? undefined : Number(hard);
}

/** Beside what connections and tasks hold open. */
const others = 256;
/** A task whose files are moved holds its two ends; one that runs, its socket in the supervisor. */
const eachTask = 2;

type Counts = Pick<
  AgentSettings,
  'waiting-connections' | 'poll-connections' | 'held-tasks' | 'concurrent-programs'
>;

export function judgeOpenFiles(most: number | undefined, settings: Counts, cpus: number): Finding {
  if (most === undefined) return well('open files', 'the system does not say how many may be open');
  const running = settings['concurrent-programs'] ?? cpus;
  const wanted =
    others +
    settings['waiting-connections'] +
    settings['poll-connections'] +
    eachTask * (running + settings['held-tasks']);
  if (most >= wanted) return well('open files', `${most} may be open, ${wanted} are needed at most`);
  return warning(
    'open files',
    `${most} may be open, and ${wanted} may be needed`,
    `raise the limit (ulimit -n ${wanted}, or LimitNOFILE=${wanted} in its unit)`,
  );
}
