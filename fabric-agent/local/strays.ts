import { readdir, readFile } from 'node:fs/promises';

/**
 * Kills processes of this user that were started for work in a directory: those whose environment names it, which
 * finds also what left its group. Returns how many. Where the system has no /proc it finds none.
 */
export async function killStrays(folder: string): Promise<number> {
  const mark = Buffer.from(`HOME=${folder}/`);
  let killed = 0;
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const environment = await readFile(`/proc/${name}/environ`).catch(() => undefined);
    if (environment === undefined || !isSet(environment, mark)) continue;
    try {
      process.kill(Number(name), 'SIGKILL');
      killed += 1;
    } catch {
      // Gone meanwhile.
    }
  }
  return killed;
}

/** Variables are parted by NUL. */
function isSet(environment: Buffer, mark: Buffer): boolean {
  const at = environment.indexOf(mark);
  return at === 0 || (at > 0 && environment[at - 1] === 0);
}
