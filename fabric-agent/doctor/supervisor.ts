import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../platform/log.ts';
import type { LocalOptions } from '../back-ends/local.ts';
import { openSupervisor } from '../supervisor/client.ts';
import { dial } from '../supervisor/launch.ts';
import type { Now } from '../supervisor/messages.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

/** What the supervisor of a folder says; where none serves it, what one says that is started for the question alone. */
export async function askSupervisor(
  folder: string,
  how: Pick<LocalOptions, 'command' | 'group'>,
  log: Log,
): Promise<Now> {
  const serves = await dial(folder).then(
    (socket) => socket.destroy(),
    () => undefined,
  );
  const own = serves === undefined ? await mkdtemp(join(tmpdir(), 'ogm-doctor-')) : undefined;
  try {
    const dir = own === undefined ? folder : join(own, 'tasks');
    await using supervisor = await openSupervisor({ ...how, dir, lingerMs: 0, log, exited: () => {} });
    return await supervisor.now();
  } finally {
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  }
}

export function judgeSupervisor(now: Now | Error): Finding[] {
  if (now instanceof Error)
    return [
      wrong(
        'supervisor',
        now.message,
        'run npm run build where there is gcc, or leave agent.supervisor unset',
      ),
    ];
  const told = [judgeKind(now), judgeLimits(now)];
  if (now.journal === '') return told;
  return [...told, wrong('journal', `tasks cannot be written down: ${now.journal}`, 'make room on its disk')];
}

function judgeKind({ parents, descendants, limits }: Now): Finding {
  const cannot = [
    ...(parents ? [] : ['that tasks go on when it is killed']),
    ...(descendants === 'all' ? [] : ['that all is killed that a task leaves']),
    ...(limits.includes('memory') ? [] : ['bounds on memory and processes']),
  ];
  if (cannot.length === 0)
    return well('supervisor', 'the one in C: what it starts outlives it, and is all killed');
  return warning(
    'supervisor',
    `the one in Node.js, which cannot promise ${cannot.join(', or ')}`,
    'on Linux, run npm run build where there is gcc; the package for linux-x64 brings the one in C',
  );
}

function judgeLimits({ grouped, ungrouped, limits, parents }: Now): Finding {
  const sampled = limits.filter((limit) => limit !== 'output' && !grouped.includes(limit));
  const held = grouped.length === 0 ? '' : `${grouped.join(' and ')} bounded by control groups`;
  if (limits.includes('memory') && sampled.length === 0) return well('limits', held);
  const looked = sampled.length === 0 ? '' : `${sampled.join(' and ')} looked at each second`;
  return warning(
    'limits',
    `${[held, looked].filter((part) => part !== '').join(', ') || 'neither memory nor processes are bounded'}: ${ungrouped}`,
    parents
      ? 'start the agent in a group of its own (systemd-run --user --scope -p Delegate=yes ogm agent, or Delegate=yes in its unit)'
      : 'use the supervisor in C',
  );
}
