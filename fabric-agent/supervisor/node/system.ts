import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { open, rename, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { dirname, join } from 'node:path';
import type { Processes } from './sampler.ts';
import { readBytes, readStat } from './usage.ts';

/** Milliseconds since the machine was booted, time asleep included where the system counts it. */
export function bootMs(): number {
  return Math.floor(uptime() * 1000);
}

/** What names this boot; where the system gives no name, the time of the boot, to the minute. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    const said = spawnSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }); // macOS
    if (said.status === 0 && said.stdout.trim() !== '') return said.stdout.trim();
    return `booted-${Math.round((Date.now() - bootMs()) / 60_000)}`;
  }
}

/** Makes a file durable under its name. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.new`, bytes, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The processes of this user whose environment names one of the folders; none where the system has no /proc. */
function straysOf(folders: ReadonlySet<string>): number[] {
  return processes().filter((pid) => {
    try {
      const path = `/proc/${pid}/environ`;
      if (pid === process.pid || statSync(path).uid !== process.geteuid?.()) return false;
      const environment = readFileSync(path, 'latin1').split('\0');
      return environment.some((variable) => folders.has(variable));
    } catch {
      return false; // gone meanwhile
    }
  });
}

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** The processes of this machine as /proc tells of them; undefined where the system has none. */
export function procProcesses(): Processes | undefined {
  if (processes().length === 0) return undefined;
  const bytesIn = (pid: number, file: string, name: string) =>
    readBytes(readOr(`/proc/${pid}/${file}`, ''), name);
  return {
    all: () => processes().flatMap((pid) => readStat(readOr(`/proc/${pid}/stat`, '')) ?? []),
    residentBytes: (pid) => bytesIn(pid, 'status', 'VmRSS'),
    // Older kernels do not sum it up.
    fairBytes: (pid) => bytesIn(pid, 'smaps_rollup', 'Pss') || bytesIn(pid, 'status', 'VmRSS'),
  };
}

/** What a file holds; `otherwise` where it cannot be read, as that of a process that is gone. */
function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return otherwise;
  }
}

/** Sends a signal to a process, or to a group by its negative number; nothing where all of it has gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone, or another user's.
  }
}

/** Kills what tasks have left, as far as its environment gives it away. */
export function killStrays(folders: readonly string[]): void {
  const marks = new Set(folders.map((folder) => Buffer.from(`OGM_TASK=${folder}`).toString('latin1')));
  for (let look = 0; look < looksMost; look += 1) {
    const found = straysOf(marks);
    if (found.length === 0) return;
    for (const pid of found) signal(pid, 'SIGKILL');
  }
}

/** The same for tasks that end one after the other: those of a short while share one look at all processes. */
export class StrayHunt {
  #folders: string[] = [];
  #over: Promise<void> | undefined;

  /** Resolves once nothing of the task in this folder is left. */
  async after(folder: string): Promise<void> {
    this.#folders.push(folder);
    this.#over ??= new Promise((resolve) => {
      setTimeout(() => {
        this.#over = undefined;
        killStrays(this.#folders.splice(0));
        resolve();
      }, huntMs);
    });
    return this.#over;
  }
}

const huntMs = 20;

/** What is killed cannot fork any more, so each look finds fewer. */
const looksMost = 64;

/** Bytes of what a task has printed. */
export function printedBytes(folder: string): number {
  return ['out', 'err'].reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
