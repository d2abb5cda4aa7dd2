import { uptime } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { supervision } from '../limits.ts';
import { readClients } from '../listening/clients.ts';
import { thisMachine } from '../machine.ts';
import type { AgentSettings } from '../settings.ts';
import { readEnrolments } from '../tasks/enrolment.ts';
import type { BrokerLine } from '../tasks/index.ts';
import { judgeAllowList } from './allow-list.ts';
import { examineBatch } from './batch.ts';
import { judgeClock } from './clock.ts';
import { fileSystemOf, judgeFolder, lookAtFolder } from './data-folder.ts';
import { judgeEnrolments, reach } from './enrolments.ts';
import { type Finding, wrong } from './finding.ts';
import { judgeHours } from './hours.ts';
import { examineIsolation } from './isolation.ts';
import { judgeOffered, judgeSharedFolder } from './offered.ts';
import { judgeOpenFiles, openFilesMost } from './open-files.ts';
import { judgeRuntime } from './runtime.ts';
import { judgeShares } from './shares.ts';
import { examineSsh } from './ssh.ts';
import { askSupervisor, judgeSupervisor } from './supervisor.ts';
import { judgeUser } from './user.ts';
import { judgeVariables } from './variables.ts';

export type { Finding } from './finding.ts';

export interface Examined {
  readonly config: AgentSettings;
  /** The agent's data folder. */
  readonly folder: string;
  readonly fetch: BrokerLine['fetch'];
  readonly log: Log;
}

/** Looks at all that an agent with this configuration needs here, changes nothing, and says how it is. */
export async function examine({ config, folder, fetch, log }: Examined): Promise<Finding[]> {
  const uid = process.geteuid?.();
  const machine = thisMachine({ cpus: undefined, memory: undefined, disk: undefined });
  const runtime = judgeRuntime(process.versions.node, process.platform);
  // Nothing else would be told truly.
  if (runtime.some(({ state }) => state === 'wrong')) return runtime;
  return [
    ...runtime,
    judgeUser(uid),
    ...judgeFolder(await lookAtFolder(folder), uid, config['result-size']),
    ...(await examineSupervisor(folder, config, log)),
    ...(await examineEnrolments(folder, fetch)),
    ...judgeAllowList(config),
    ...judgeOffered(config),
    judgeHours(config, systemClock),
    judgeVariables(config),
    ...judgeShares(config, machine),
    judgeOpenFiles(await openFilesMost(), config, machine.cpus),
    await examineIsolation(config, folder),
    ...(await examineBatch(config, process.env.PATH ?? '')),
    ...(await examineSsh(config, process.env.PATH ?? '', log)),
    ...judgeSharedFolder(folder, await fileSystemOf(folder), config),
  ];
}

async function examineSupervisor(folder: string, config: AgentSettings, log: Log): Promise<Finding[]> {
  try {
    const now = await askSupervisor(join(folder, 'tasks'), supervision(config), log);
    return [...judgeSupervisor(now), judgeClock(now, uptime() * 1000)];
  } catch (error) {
    return judgeSupervisor(error as Error);
  }
}

async function examineEnrolments(folder: string, fetch: BrokerLine['fetch']): Promise<Finding[]> {
  try {
    const enrolled = await readEnrolments(folder);
    const reached = enrolled.map(async ({ enrolment }) => ({
      ...enrolment,
      reached: await reach(enrolment.url, fetch),
    }));
    const clients = await readClients(folder);
    return judgeEnrolments(
      await Promise.all(reached),
      clients.map(({ name }) => name),
    );
  } catch (error) {
    return [wrong('brokers', (error as Error).message, 'remove that file, and enrol the agent again')];
  }
}
