import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Probe, probes, readName, usualProbe } from './detection-table.ts';
import { searchPath } from './environment.ts';

export interface Detected {
  /** Command and true version in one word, such as `gcc12.2.0`. */
  readonly name: string;
  /** Where the program is, as an absolute path. */
  readonly program: string;
}

export interface Detecting {
  /** The same environment that programs get: what does not work there is not offered. */
  readonly environment: Readonly<Record<string, string>>;
  /** An empty directory to ask in. */
  readonly folder: string;
  /** Programs to look for beside those of the table, by name or absolute path. */
  readonly also?: readonly string[];
  /** How long, in milliseconds, a program may think about its version. */
  readonly timeoutMs: number;
}

/** An answer longer than this, in bytes, is none. */
const mostAnswerBytes = 64 * 1024;

/** The programs of the table and beside it that this machine really has, all asked at once, in their order. */
export async function detect(detecting: Detecting): Promise<Detected[]> {
  const all = [...probes, ...(detecting.also ?? []).map(usualProbe)];
  const found = await Promise.all(all.map((probe) => ask(probe, detecting)));
  return found.filter((each) => each !== undefined);
}

async function ask(
  probe: Probe,
  { environment, folder, timeoutMs }: Detecting,
): Promise<Detected | undefined> {
  const program = await findProgram(probe.command, environment.PATH ?? '');
  if (program === undefined) return undefined;
  const output = await new Promise<string>((resolve) => {
    const child = execFile(
      program,
      [...probe.question],
      {
        cwd: folder,
        env: environment,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: mostAnswerBytes,
      },
      (error, stdout, stderr) => resolve(error === null ? `${stdout}\n${stderr}` : ''),
    );
    child.stdin?.end();
  });
  const name = readName(probe, output);
  return name === undefined ? undefined : { name, program };
}

/** The first executable file of that name on a search path, as an absolute path. */
export async function findProgram(command: string, path: string): Promise<string | undefined> {
  const candidates = command.startsWith('/')
    ? [command]
    : searchPath(path).map((directory) => join(directory, command));
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      if ((await stat(candidate)).isFile()) return candidate;
    } catch {
      // Not here; perhaps further on.
    }
  }
  return undefined;
}
