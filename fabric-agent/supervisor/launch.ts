import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../../platform/failure.ts';
import { siblingModule } from '../../platform/sibling.ts';
import { failure } from '../../protocol/catalogue.ts';
import { startableProgram } from '../programs.ts';

/** A longer path than this does not fit into the address of a Unix socket on every system (sun_path, macOS). */
const socketPathBytesMost = 100;

/** A command to which the folder and what follows it are added. */
export type SupervisorCommand = readonly string[];

/** The supervisor in Node.js, for where the other is not. */
export const nodeSupervisor: SupervisorCommand = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  fileURLToPath(siblingModule(import.meta.url, './node/main')),
];

/**
 * The supervisor for this machine: the one built for it where there is one, else the one in Node.js. `folder` is where
 * it may be written to be started.
 */
export async function supervisorCommand(folder: string): Promise<SupervisorCommand> {
  const built = await startableProgram('ogm-supervisor', folder);
  return built === undefined ? nodeSupervisor : [built];
}

/**
 * Starts a supervisor that outlives this process, and waits until it serves its folder; does nothing where one does
 * already. Throws a Refusal with code `supervisor-failed` and its sentence.
 */
export async function launch(
  command: SupervisorCommand,
  dir: string,
  options: readonly (string | number)[],
): Promise<void> {
  const [program = '', ...words] = command;
  const child = spawn(program, [...words, dir, ...options.map(String)], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const failed = once(child, 'error').then(([error]) => `error: ${(error as Error).message}`);
  const said = (await Promise.race([text(child.stdout), failed])).trim();
  child.unref();
  if (said === 'ready' || said === 'taken') return;
  const why = said.replace(/^error: /, '') || 'it ended without a word';
  throw new Refusal(failure('supervisor-failed', `the supervisor of tasks did not start: ${why}`));
}

/** A connection to the supervisor of a folder. Throws the system's error where none listens. */
export async function dial(dir: string): Promise<Socket> {
  const path = join(dir, 'supervisor.sock');
  if (Buffer.byteLength(path) <= socketPathBytesMost) return connected(path);
  const short = await mkdtemp(join(tmpdir(), 'ogm-'));
  try {
    await symlink(resolve(dir), join(short, 'in'));
    return await connected(join(short, 'in', 'supervisor.sock'));
  } finally {
    await rm(short, { recursive: true });
  }
}

async function connected(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}
