import type { Ended } from '../../protocol/agent/messages.ts';
import { taskPath } from '../../protocol/jobs/job.ts';
import { reservedFolder, show } from '../../protocol/tar-guard.ts';
import { mark, type Snapshot } from '../local/snapshot.ts';
import { type Found, walk } from '../local/walk.ts';
import { hashOf } from './blobs.ts';
import { isEmpty } from './places.ts';
import { type Send, Sends } from './sends.ts';

export interface OutputBounds {
  /** Bytes of all files together. */
  readonly totalBytes: number;
  /** Files (a count). */
  readonly entries: number;
  readonly depth: number;
  /** Bytes of the list of them. */
  readonly listBytes: number;
}

export interface Gathering {
  readonly folder: string;
  /** What comes back, each with all below it; whatever is new or changed where it is null. */
  readonly wanted: readonly string[] | null;
  /** What lay there before the program ran. */
  readonly before: Snapshot;
  readonly bounds: OutputBounds;
  readonly send: Send;
}

export interface Gathered {
  readonly outputs: Ended['outputs'];
  /** What was not sent, a line each, with the reason. */
  readonly leftOut: readonly string[];
  /** What of that the user counts on, as a sentence. */
  readonly fault: string | null;
}

/** Lines about what was left out; more than these tell nobody anything. */
const mostLines = 20;

/**
 * Sends the files that a program left. It may not trust what it sees: a process that outlived the program may still
 * change all of it. So no link is followed, and a size is fixed when a file is opened.
 */
export async function gatherOutputs({ folder, wanted, before, bounds, send }: Gathering): Promise<Gathered> {
  await using sends = new Sends(send);
  const outputs: Ended['outputs'] = [];
  const leftOut: string[] = [];
  const missing = new Set(wanted);
  let fault: string | null = null;
  let omitted = 0;
  let totalBytes = 0;
  let listBytes = 0;

  const omit = (path: string, why: string) => {
    const line = `${show(path)} was not sent: ${why}`;
    if (leftOut.length < mostLines) leftOut.push(line);
    else omitted += 1;
    if (wanted !== null) fault ??= line;
  };
  const enter = (path: string) => path !== reservedFolder && (wanted === null || leadsTo(path, wanted));
  // What a program left empty may be there no more.
  for await (const found of isEmpty(folder) ? [] : walk({ folder, depth: bounds.depth, enter })) {
    const { path, stats } = found;
    const asked = wanted?.find((one) => path === one || path.startsWith(`${one}/`));
    if (wanted !== null && asked === undefined) continue;
    if (asked !== undefined) missing.delete(asked);
    if (found.kind === 'directory' || path === reservedFolder) continue;
    if (wanted === null && stats !== undefined && before.marks.get(path) === mark(stats)) continue;
    const why = unsendable(found);
    if (why !== undefined) {
      omit(path, why);
      continue;
    }
    const handle = await found.open();
    if (handle === undefined) {
      omit(path, 'it could not be opened, or was exchanged meanwhile');
      continue;
    }
    sends.take(handle);
    const size = (await handle.stat()).size;
    totalBytes += size;
    const { blob, bytes } =
      totalBytes > bounds.totalBytes ? { blob: '', bytes: 0 } : await hashOf(handle, size);
    const output = { path, blob, executable: (Number(stats?.mode ?? 0n) & 0o100) !== 0, bytes };
    listBytes += Buffer.byteLength(JSON.stringify(output)) + 1;
    fault = overBounds(totalBytes, outputs.length + 1, listBytes, bounds);
    if (fault !== null) break;
    await sends.begin(handle, bytes, blob);
    outputs.push(output);
  }
  await sends.all();
  if (omitted > 0) leftOut.push(`and ${omitted} more`);
  const [first] = missing;
  if (first !== undefined) fault ??= `the program left no ${show(first)}, which its user wants back`;
  return { outputs, leftOut, fault };
}

function overBounds(
  totalBytes: number,
  entries: number,
  listBytes: number,
  bounds: OutputBounds,
): string | null {
  const rest = 'what came after was not sent';
  if (totalBytes > bounds.totalBytes) return `the program left more than ${bounds.totalBytes} bytes; ${rest}`;
  if (entries > bounds.entries) return `the program left more than ${bounds.entries} files; ${rest}`;
  if (listBytes > bounds.listBytes)
    return `the list of the files that the program left is longer than ${bounds.listBytes} bytes; ${rest}, put them into an archive`;
  return null;
}

/** Whether something that is wanted lies in a directory, or around it. */
function leadsTo(path: string, wanted: readonly string[]): boolean {
  return wanted.some((one) => one === path || one.startsWith(`${path}/`) || path.startsWith(`${one}/`));
}

function unsendable({ path, kind }: Found): string | undefined {
  if (kind === 'link') return 'a link; links are not followed';
  if (kind === 'other') return 'a socket, FIFO or device';
  if (kind === 'unreadable') return 'its name is no UTF-8, it lies too deep, or it may not be read';
  return taskPath.safeParse(path).success ? undefined : 'its path is longer than any may be';
}
