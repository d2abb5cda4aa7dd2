import { sendContent } from '../../client/host/send-file.ts';
import { tarHeader } from '../../client/host/tar-writer.ts';
import { readName, reservedFolder, show } from '../../protocol/tar-guard.ts';
import { mark, type Snapshot } from './snapshot.ts';
import { type Found, walk } from './walk.ts';

export interface CollectBounds {
  /** Bytes of all that is sent. */
  readonly totalBytes: number;
  /** Files and directories that are sent. */
  readonly entries: number;
  readonly nameBytes: number;
  readonly depth: number;
}

export interface Collecting {
  readonly folder: string;
  /** What lay there before the program ran, and is not sent again. */
  readonly before: Snapshot;
  readonly bounds: CollectBounds;
  /** Resolves when more may be sent. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
}

export interface Collected {
  /** What was not sent, one line each, with the reason. */
  readonly leftOut: readonly string[];
  /** Where a bound was met: what the user should know. */
  readonly problem: string | undefined;
}

/** Lines about what was left out; more than these tell nobody anything. */
const mostLines = 1_000;

/**
 * Sends the files and directories that are new or changed. It may not trust what it sees: a process that outlived
 * the program may still change all of it. So links are never followed, sizes are fixed when a file is opened, and
 * what is found later to be otherwise is named, not believed.
 */
export async function collect({ folder, before, bounds, send }: Collecting): Promise<Collected> {
  const leftOut: string[] = [];
  let omitted = 0;
  const omit = (path: string, why: string) => {
    if (leftOut.length < mostLines) leftOut.push(`${show(path)}: ${why}`);
    else omitted += 1;
  };
  let entries = 0;
  let totalBytes = 0;
  let problem: string | undefined;

  const enter = (path: string) => {
    if (path === reservedFolder) omit(path, 'this name is kept for what is said about the run');
    return path !== reservedFolder;
  };
  for await (const found of walk({ folder, depth: bounds.depth, enter })) {
    const { path, stats } = found;
    if (stats !== undefined && before.marks.get(path) === mark(stats)) continue;
    const why =
      path === reservedFolder
        ? 'this name is kept for what is said about the run'
        : unsendable(found, bounds);
    if (why !== undefined) {
      omit(path, why);
      continue;
    }
    entries += 1;
    if (entries > bounds.entries) {
      problem = `the program left more than ${bounds.entries} files and directories; the rest was not sent`;
      break;
    }
    if (found.kind === 'directory') {
      await send(tarHeader({ name: `${path}/`, sizeBytes: 0, mode: modeOf(found), mtimeMs: timeOf(found) }));
      continue;
    }
    const handle = await found.open();
    if (handle === undefined) {
      omit(path, 'it could not be opened, or was exchanged meanwhile');
      continue;
    }
    try {
      const { size: sizeBytes, mtimeMs } = await handle.stat();
      if (totalBytes + sizeBytes > bounds.totalBytes) {
        omit(path, `with its ${sizeBytes} bytes the results would pass the bound`);
        problem = `the program left more than ${bounds.totalBytes} bytes; what did not fit was not sent`;
        continue;
      }
      totalBytes += sizeBytes;
      await send(tarHeader({ name: path, sizeBytes, mode: modeOf(found), mtimeMs }));
      const sent = await sendContent(handle, sizeBytes, send);
      if (sent < sizeBytes)
        omit(path, `it became shorter while it was sent: all after byte ${sent} is zeros`);
    } finally {
      await handle.close();
    }
  }
  if (omitted > 0) leftOut.push(`and ${omitted} more`);
  return { leftOut, problem };
}

function unsendable({ path, kind }: Found, bounds: CollectBounds): string | undefined {
  if (kind === 'link') return 'a link; links are not followed';
  if (kind === 'other') return 'a socket, FIFO or device';
  if (kind === 'unreadable') return 'its name is no UTF-8, it lies too deep, or it may not be read';
  const name = readName(path, bounds);
  return 'reason' in name ? name.reason : undefined;
}

function modeOf({ stats }: Found): number {
  return Number(stats?.mode ?? 0n) & 0o777;
}

function timeOf({ stats }: Found): number {
  return Number(stats?.mtimeMs ?? 0n);
}
