import type { BigIntStats } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { walk } from './walk.ts';

/** What lay in a directory before a program ran. */
export interface Snapshot {
  /** Path to what is different once anything is written to it. */
  readonly marks: ReadonlyMap<string, string>;
  /** Bytes of disk. */
  readonly usedBytes: number;
}

export const emptySnapshot: Snapshot = { marks: new Map(), usedBytes: 0 };

/** The coarsest clock of a file system that is waited for, in milliseconds (FAT: two seconds). */
const coarsestMs = 2_100;

/**
 * Notes each file so that any later change shows: by its inode, size, mode and both times. A program can set the time of
 * its content back, never the one of its inode. File systems stamp by a clock of some milliseconds, so it is waited
 * until that clock has left the moment of the last file: a change in the same moment would not show.
 * `scratch` is a directory of the same file system, beside the one that is noted.
 */
export async function takeSnapshot(folder: string, scratch: string, depth: number): Promise<Snapshot> {
  const marks = new Map<string, string>();
  let latest = 0n;
  let usedBytes = 0;
  for await (const { path, stats } of walk({ folder, depth })) {
    if (stats === undefined) continue;
    marks.set(path, mark(stats));
    usedBytes += diskBytes(stats);
    if (stats.ctimeNs > latest) latest = stats.ctimeNs;
  }
  if (latest > 0n) await pastMoment(latest, join(scratch, 'moment'));
  return { marks, usedBytes };
}

export function mark(stats: BigIntStats): string {
  // A directory changes whenever something in it comes or goes; that alone is no result.
  if (stats.isDirectory()) return 'directory';
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mode}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

/** What a file takes of the disk: a sparse one less than its size. POSIX counts in blocks of 512 bytes. */
export function diskBytes(stats: BigIntStats): number {
  return Number(stats.blocks) * 512;
}

async function pastMoment(momentNs: bigint, probe: string): Promise<void> {
  const handle = await open(probe, 'w');
  try {
    for (let waited = 0; waited < coarsestMs; waited += 1) {
      await handle.utimes(0, 0);
      if ((await handle.stat({ bigint: true })).ctimeNs > momentNs) return;
      await pause(1);
    }
  } finally {
    await handle.close();
    await rm(probe);
  }
}
