import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackEnd } from '../../../fabric-agent/back-ends/back-end.ts';
import { agentSettings } from '../../../fabric-agent/settings.ts';
import { openSsh } from '../../../fabric-agent/ssh/open.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { Log } from '../../../platform/log.ts';
import { silentLog } from '../../../platform/log.ts';
import {
  buildRunner,
  buildSupervisor,
  runnerBinary,
  supervisorBinary,
} from '../../../tools/build-supervisor.ts';

/** What `test/real/ssh.sh` has made. */
export const sshd = {
  host: '127.0.0.1',
  port: 2722,
  user: 'ogmssh',
  home: '/var/tmp/ogmssh',
  files: '/run/ogm-real/ssh',
};

/** Settings of an agent with a back end over that sshd, which looks often. */
export function sshSettingsWith(said: Readonly<Record<string, unknown>> = {}) {
  return agentSettings.parse({
    'back-end': 'ssh',
    'ssh-host': sshd.host,
    'ssh-port': sshd.port,
    'ssh-user': sshd.user,
    'ssh-key': join(sshd.files, 'id'),
    'ssh-known-hosts': join(sshd.files, 'known_hosts'),
    'ssh-interval': '50 ms',
    'end-interval': '50 ms',
    'queue-interval': '500 ms',
    'max-queued': 1000,
    'end-patience': '2 s',
    'clock-skew': '0 ms',
    // Other files of tests run at the same time.
    'ssh-folder': `.ogm-${process.pid}`,
    ...said,
  });
}

/** A back end over that sshd. */
export async function backEndBySsh(
  folder: string,
  said: Readonly<Record<string, unknown>> = {},
  log: Log = silentLog,
): Promise<BackEnd> {
  const path = process.env.PATH ?? '/usr/bin:/bin';
  return openSsh({ config: sshSettingsWith(said), folder, path, clock: systemClock, log });
}

/** Settings for each batch system that `test/real/` starts. */
export const byWay = {
  slurm: { 'ssh-way': 'slurm' },
  sge: {
    'ssh-way': 'sge',
    'ssh-environment': [
      'PATH=/usr/lib/gridengine:/usr/bin:/bin',
      'SGE_ROOT=/var/lib/gridengine',
      'SGE_CELL=default',
    ],
  },
  torque: { 'ssh-way': 'torque', 'ssh-environment': ['PATH=/run/ogm-real/torque/bin:/usr/bin:/bin'] },
} as const;

/** Takes away what tests have left in the home there, where they left a task that they did not forget. */
export async function clearHome(): Promise<void> {
  await rm(join(sshd.home, `.ogm-${process.pid}`), { recursive: true, force: true, maxRetries: 5 });
}

/** Has the programs that are put on other hosts be those of these sources. */
export async function compilePrograms(): Promise<void> {
  const missing = (await buildSupervisor(supervisorBinary)) ?? (await buildRunner(runnerBinary));
  if (missing !== undefined) throw new Error(missing);
}

/** Another user of that sshd, for the one file of tests that kills what runs there. */
export const lone = { user: 'ogmlone', home: '/var/tmp/ogmlone' };

export const loneSettings = { 'ssh-user': lone.user, 'ssh-folder': '.ogm', 'ssh-silence': '3 s' };

interface Found {
  readonly pid: number;
  readonly parent: number;
  readonly words: string;
}

/** Processes of the user there; what has ended and was not waited for is none. */
export function processesThere(): Found[] {
  const uid = Number(execFileSync('id', ['-u', lone.user], { encoding: 'utf8' }));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        const [, state, parent] = /^State:\s+(\S).*^PPid:\s+(\d+)/ms.exec(status) ?? [];
        const [, owner] = /^Uid:\s+(\d+)/m.exec(status) ?? [];
        if (Number(owner) !== uid || state === 'Z') return [];
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(parent), words }];
      } catch {
        return []; // gone meanwhile
      }
    });
}

/** The processes of sshd that serve the user. */
export function sessionsThere(): number[] {
  return processesThere()
    .filter(({ words }) => words.startsWith('sshd: '))
    .map(({ pid }) => pid);
}

export function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone by itself
  }
}
