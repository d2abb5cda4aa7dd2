import { spawnSync } from 'node:child_process';
import type { Processes } from './sampler.ts';
import type { Process } from './usage.ts';

/** How long one list of all processes may take, in milliseconds, and how long it may be, in bytes. */
const listMs = 5_000;
const listBytes = 16 * 1024 * 1024;

/** Columns that `ps` knows on macOS and the BSDs as well as on Linux, without a heading; the last is five words. */
const columns = 'pid=,ppid=,pgid=,stat=,rss=,lstart=';

interface Listed extends Process {
  readonly bytes: number;
}

/**
 * The processes of this machine as `ps` tells of them, for systems without /proc; undefined where there is no such `ps`. Their
 * memory is as it was when all were asked for last, and what several share counts once for each.
 */
export function psProcesses(list: () => string = listed): Processes | undefined {
  let bytes: ReadonlyMap<number, number> = new Map();
  const all = () => {
    const found = readList(list());
    bytes = new Map(found.map((one) => [one.pid, one.bytes]));
    return found;
  };
  if (all().length === 0) return undefined;
  const bytesOf = (pid: number) => bytes.get(pid) ?? 0;
  return { all, residentBytes: bytesOf, fairBytes: bytesOf };
}

function listed(): string {
  const { status, stdout } = spawnSync('ps', ['-A', '-o', columns], {
    encoding: 'utf8',
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
    timeout: listMs,
    maxBuffer: listBytes,
  });
  return status === 0 ? stdout : '';
}

/**
 * Reads what `ps` lists, but what has ended and was not waited for. A process's session is not told (macOS gives an address
 * of the kernel for it): its group stands for that.
 */
export function readList(text: string): readonly Listed[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [pid, parent, group, state, kibibytes, ...began] = words;
    if (state === undefined || began.length === 0 || state.startsWith('Z')) return [];
    const [ids, size] = [[pid, parent, group].map(Number), Number(kibibytes)];
    if (![...ids, size].every(Number.isSafeInteger)) return [];
    const [own = 0, above = 0, of = 0] = ids;
    return [{ pid: own, parent: above, group: of, session: of, began: began.join(' '), bytes: size * 1024 }];
  });
}
