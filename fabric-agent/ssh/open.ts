import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import { createLocalBackEnd } from '../back-ends/local.ts';
import { createSshBackEnd } from '../back-ends/ssh.ts';
import { batchSystemOf, openOver } from '../batch/open.ts';
import type { RunCommand } from '../batch/run-command.ts';
import { searchPath } from '../environment.ts';
import type { Machine, Moment } from '../machine.ts';
import type { AgentSettings } from '../settings.ts';
import { FarClock, unsetClock } from './far-clock.ts';
import { FarFolder, farFolderPath } from './far-folder.ts';
import { farNameIn } from './far-name.ts';
import { filesThere } from './far-shelf-files.ts';
import { type HostFacts, readLoad, readMemory } from './host-facts.ts';
import { type Connected, Link } from './link.ts';
import type { SshTarget } from './words.ts';

export interface OpeningSsh {
  readonly config: AgentSettings;
  /** Where the files of tasks lie on this machine, on their way. */
  readonly folder: string;
  /** The search path of the agent. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Bytes of /proc/meminfo, of which the first line counts. */
const meminfoBytes = 4_096;
const loadBytes = 200;

/** Opens the back end over another host. Throws a Refusal that says why that is not reached, or not fit. */
export async function openSsh(options: OpeningSsh): Promise<BackEnd> {
  const { config, folder, clock, log } = options;
  const wall = new FarClock(clock);
  const link = openLink(options, (facts) => wall.set(facts.wallMs));
  try {
    const connected = await link.open();
    const { sftp, facts } = connected;
    const far = new FarFolder(link, await farFolderPath(sftp, config['ssh-folder'], await farNameIn(folder)));
    await far.make(connected);
    await far.tidy(sftp);
    const machine = await machineOf(connected, config);
    const { inner, supervisor } = await openInner(options, { link, connected, far, machine, wall });
    return createSshBackEnd({
      ...{ folder, link, far, inner, supervisor, log },
      clock: unsetClock(clock),
      path: searchPath(environmentOf(config).PATH ?? facts.path).join(':'),
      bounds: {
        totalBytes: config['result-size'],
        entries: config['result-entries'],
        depth: config['path-depth'],
      },
      lookMs: config['ssh-interval'],
    });
  } catch (error) {
    await link.close();
    throw error;
  }
}

interface Reached {
  readonly link: Link;
  readonly connected: Connected;
  readonly far: FarFolder;
  readonly machine: Machine;
  readonly wall: FarClock;
}

/** What runs programs on the other host, and the supervisor there, where that does. */
async function openInner(
  { config, clock, log }: OpeningSsh,
  { link, connected, far, machine, wall }: Reached,
): Promise<{ readonly inner: BackEnd; readonly supervisor: string | undefined }> {
  const folder = far.path;
  const moment = () => momentOf(link, far.path, machine, clock);
  const system = batchSystemOf(config['ssh-way']);
  if (system !== undefined) {
    const inner = await openOver(config, {
      ...{ system, folder, machine, moment, log },
      files: filesThere(link),
      user: connected.facts.user,
      run: commandsThere(config, link),
      runner: await far.program('ogm-batch-runner', connected),
      clock: wall,
    });
    return { inner, supervisor: undefined };
  }
  const supervisor = await far.program('ogm-supervisor', connected);
  const inner = createLocalBackEnd({
    ...{ folder, capacity: machine, load: moment, clock, log },
    elsewhere: {
      reach: async (signal) => {
        // Whoever has taken away what lay there is not to have ended all that comes.
        const connected = await link.up();
        await far.make(connected);
        await far.program('ogm-supervisor', connected);
        return far.attach(supervisor, config['control-group'], signal);
      },
      places: (places) => far.places(places),
    },
  });
  return { inner, supervisor };
}

/** The link that the settings name, not yet connected. Throws a Refusal where they name none. */
export function openLink(
  { config, folder, path, clock, log }: OpeningSsh,
  met: (facts: HostFacts) => void = () => {},
): Link {
  return new Link({
    target: targetOf(config),
    folder: join(folder, 'ssh'),
    path,
    commandMs: config['batch-timeout'],
    met,
    clock,
    log,
  });
}

/** How the settings have a host reached. Throws a Refusal where they do not say all that is needed. */
export function targetOf(config: AgentSettings): SshTarget {
  const named = (name: 'ssh-host' | 'ssh-user' | 'ssh-key' | 'ssh-known-hosts') => {
    const value = config[name];
    if (value === undefined || value === '')
      throw wrong(`agent.${name} is not set, which the back end ssh needs`);
    return value;
  };
  const file = (name: 'ssh-key' | 'ssh-known-hosts') => {
    const path = named(name);
    if (/["\\$\n]/.test(path)) throw wrong(`agent.${name}: '${path}' is no path that ssh takes`);
    return path;
  };
  const host = named('ssh-host');
  const user = named('ssh-user');
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:%-]*$/.test(host))
    throw wrong(`agent.ssh-host: '${host}' is no name of a host`);
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/.test(user))
    throw wrong(`agent.ssh-user: '${user}' is no name of a user`);
  const strange = config['ssh-options'].find((option) => !/^[A-Za-z]+=[^\n]+$/.test(option));
  if (strange !== undefined) throw wrong(`agent.ssh-options: '${strange}' is not of the form Name=value`);
  return {
    ...{ host, user, port: config['ssh-port'], key: file('ssh-key'), knownHosts: file('ssh-known-hosts') },
    options: config['ssh-options'],
    silenceMs: config['ssh-silence'],
  };
}

/** The variables with which commands run there. Throws a Refusal on what is none. */
function environmentOf(config: AgentSettings): Readonly<Record<string, string>> {
  const lines = config['ssh-environment'].map((line) => {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=([^\0\n]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw wrong(`agent.ssh-environment: '${line}' is not of the form NAME=value`);
    return [name, value] as const;
  });
  return Object.fromEntries(lines);
}

/** Runs commands of a batch system there, in words that do not depend on where it is. */
export function commandsThere(config: AgentSettings, link: Link): RunCommand {
  const variables = Object.entries({ ...environmentOf(config), LC_ALL: 'C' });
  const before = ['env', ...variables.map(([name, value]) => `${name}=${value}`)];
  return (command) => link.run([...before, ...command]);
}

/** How busy it is, and what is left on its disk. Rejects while it is not reached. */
async function momentOf(link: Link, folder: string, { cpus }: Machine, clock: Clock): Promise<Moment> {
  const { sftp } = link.now;
  const load = readLoad(await sftp.text('/proc/loadavg', loadBytes)) / cpus;
  const diskBytes = await sftp.freeBytes(folder).catch(() => undefined);
  return { load: Number(load.toFixed(2)), diskBytes, at: clock.now() };
}

/** What the host offers, or less where the owner says less. */
async function machineOf({ sftp, facts }: Connected, { cpus, memory }: AgentSettings): Promise<Machine> {
  const memoryBytes = readMemory(await sftp.text('/proc/meminfo', meminfoBytes));
  return {
    cpus: Math.min(facts.cpus, cpus ?? Number.POSITIVE_INFINITY),
    memoryBytes: Math.min(memoryBytes ?? 0, memory ?? Number.POSITIVE_INFINITY),
    arch: facts.arch,
    os: facts.system,
  };
}

function wrong(detail: string): Refusal {
  return new Refusal({
    code: 'bad-configuration',
    status: 400,
    detail,
    next: 'mend it in the configuration; docs/ssh.md says what each is',
  });
}
