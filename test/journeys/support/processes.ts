import { readdir, readFile } from 'node:fs/promises';

/** What /proc/PID/stat says of a process (proc(5)): its state and its parent; undefined where there is none. */
async function statOf(pid: number): Promise<{ state: string; parent: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The name stands in parentheses and may hold anything, so what counts comes after the last of them.
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === undefined || parent === undefined ? undefined : { state, parent: Number(parent) };
}

/** Whether a process lives; one that has ended and that nobody has asked for yet does not. */
export async function lives(pid: number): Promise<boolean> {
  const stat = await statOf(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
}

/** The processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(all.map(async (one) => ({ one, stat: await statOf(one) })));
  return stats.filter(({ stat }) => stat?.parent === pid).map(({ one }) => one);
}
