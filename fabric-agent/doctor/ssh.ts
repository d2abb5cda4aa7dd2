import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import { batchSystemOf, queueOptions } from '../batch/open.ts';
import { outputOf } from '../batch/run-command.ts';
import type { AgentSettings } from '../settings.ts';
import { farFolderPath, programFor } from '../ssh/far-folder.ts';
import type { Connected, Link } from '../ssh/link.ts';
import { commandsThere, openLink, targetOf } from '../ssh/open.ts';
import { judgeSlots } from './batch.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

/** By how much, in milliseconds, the clock of the other host may differ before its owner should know. */
const skewMostMs = 5_000;

/** Whether the nearest folder that is there of a path may be written. */
const isWritable =
  'd=$1; while [ ! -e "$d" ]; do d=$(dirname "$d"); done; [ -d "$d" ] && [ -w "$d" ] && [ -x "$d" ]';

/** What the back end over another host needs; nothing where that is not set. */
export async function examineSsh(config: AgentSettings, path: string, log: Log): Promise<Finding[]> {
  if (config['back-end'] !== 'ssh') return [];
  try {
    const { key } = targetOf(config);
    const mode = await stat(key).then(
      (stats) => stats.mode,
      (error: Error) => error,
    );
    const judged = judgeKey(key, mode);
    return judged.state === 'wrong' ? [judged] : [judged, ...(await examineHost(config, path, log))];
  } catch (error) {
    return [complaint('ssh', error)];
  }
}

/** `mode` as stat(2) has it, or why there is none. */
function judgeKey(key: string, mode: number | Error): Finding {
  if (mode instanceof Error)
    return wrong(
      'ssh key',
      `${key} cannot be looked at: ${mode.message}`,
      `make one: ssh-keygen -t ed25519 -N "" -f ${key}`,
    );
  if ((mode & 0o077) !== 0)
    return wrong('ssh key', `others may read ${key}, so ssh does not use it`, `chmod 600 ${key}`);
  return well('ssh key', `${key} is for this user alone`);
}

async function examineHost(config: AgentSettings, path: string, log: Log): Promise<Finding[]> {
  // The agent's own lies elsewhere, and may be in use.
  const folder = await mkdtemp(join(tmpdir(), 'ogm-doctor-'));
  const link = openLink({ config, folder, path, clock: systemClock, log });
  try {
    const connected = await link.open();
    const { host, user } = targetOf(config);
    return [
      well('ssh', `${host} lets ${user} in without asking, and its host key is the one that is known`),
      judgeFarClock(connected.facts.wallMs, Date.now()),
      await judgeProgram(config, connected),
      await judgeFarFolder(config, connected, link),
      ...(await examineWay(config, link)),
    ];
  } catch (error) {
    return [complaint('ssh', error)];
  } finally {
    await link.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two clocks, in milliseconds since 1970. Leases are counted by the other host's own: it may differ. */
function judgeFarClock(farMs: number, ownMs: number): Finding {
  const apartMs = Math.abs(farMs - ownMs);
  if (apartMs <= skewMostMs) return well('ssh clock', 'the clock there and the one here agree');
  return warning(
    'ssh clock',
    `the clock there and the one here are ${Math.round(apartMs / 1000)} s apart; times of tasks are told by it`,
    'have both set by NTP',
  );
}

async function judgeProgram(config: AgentSettings, { facts }: Connected): Promise<Finding> {
  const name = batchSystemOf(config['ssh-way']) === undefined ? 'ogm-supervisor' : 'ogm-batch-runner';
  return programFor(name, facts).then(
    () =>
      well(
        'ssh host',
        `${facts.system} on ${facts.arch} with ${facts.cpus} processor cores; ${name} runs there`,
      ),
    (error: unknown) => complaint('ssh host', error),
  );
}

async function judgeFarFolder(config: AgentSettings, { sftp }: Connected, link: Link): Promise<Finding> {
  try {
    const path = await farFolderPath(sftp, config['ssh-folder'], '');
    const { code } = await link.run(['/bin/sh', '-c', isWritable, 'sh', path]);
    if (code === 0) return well('ssh folder', `${path.replace(/\/[^/]*$/, '')} there can be written`);
    return wrong(
      'ssh folder',
      `${path.replace(/\/[^/]*$/, '')} there cannot be written`,
      'set agent.ssh-folder to a folder of that user',
    );
  } catch (error) {
    return complaint('ssh folder', error);
  }
}

async function examineWay(config: AgentSettings, link: Link): Promise<Finding[]> {
  const system = batchSystemOf(config['ssh-way']);
  if (system === undefined) return [];
  const slots = await outputOf(commandsThere(config, link), system.slots(queueOptions(config)))
    .then(system.slotsIn)
    .catch((error: Error) => error);
  return [judgeSlots(system.name, slots)];
}

function complaint(about: string, error: unknown): Finding {
  const { message } = error as Error;
  const next = error instanceof Refusal ? error.next : undefined;
  return wrong(about, message, next ?? 'docs/ssh.md says what is needed there');
}
