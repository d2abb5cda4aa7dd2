import { constants } from 'node:fs';
import { chmod, chown, copyFile, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Assignment } from '../../protocol/agent/messages.ts';
import type { Place } from '../back-ends/back-end.ts';
import { emptySnapshot, type Snapshot, takeSnapshot } from '../local/snapshot.ts';
import { hashOf } from './blobs.ts';

type Inputs = Assignment['inputs'];

/**
 * Brings the files of a task into its place, and notes how they lie there. What is there already, from before a crash,
 * is looked at and left. Nothing of the task runs yet, so nothing there can be exchanged meanwhile.
 */
export async function bringInputs(options: {
  readonly inputs: Inputs;
  readonly place: Place;
  readonly depth: number;
  /** Brings a blob into a file, which may hold a part of it from before. */
  readonly bring: (blob: string, bytes: number, file: string) => Promise<void>;
}): Promise<void> {
  const { inputs, place, depth, bring } = options;
  const part = join(place.folder, 'part');
  const placed = new Map<string, string>();
  for (const { path, blob, bytes, executable } of inputs) {
    const target = join(place.work, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    if (!(await isThere(target, blob, bytes))) {
      const same = placed.get(blob);
      if (same === undefined) await bring(blob, bytes, part);
      else await copyFile(same, part, constants.COPYFILE_FICLONE);
      await rename(part, target);
    }
    await chmod(target, executable ? 0o700 : 0o600);
    if (place.user !== undefined) await chown(target, place.user, place.user);
    placed.set(blob, target);
  }
  await rm(part, { force: true });
  const { marks, usedBytes } = await takeSnapshot(place.work, place.folder, depth);
  await writeFile(noteOf(place), JSON.stringify({ marks: [...marks], usedBytes }), { mode: 0o600 });
}

/** How the files of a task lay in its place before it began. */
export async function broughtInputs(inputs: Inputs, place: Place): Promise<Snapshot> {
  if (inputs.length === 0) return emptySnapshot;
  try {
    const { marks, usedBytes } = JSON.parse(await readFile(noteOf(place), 'utf8')) as {
      marks: [string, string][];
      usedBytes: number;
    };
    return { marks: new Map(marks), usedBytes };
  } catch {
    // A crash of the machine took the note along: then all of them count as new.
    return emptySnapshot;
  }
}

function noteOf({ folder }: Place): string {
  return join(folder, 'before.json');
}

async function isThere(file: string, blob: string, bytes: number): Promise<boolean> {
  await using handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined || (await handle.stat()).size !== bytes) return false;
  return (await hashOf(handle, bytes)).blob === blob;
}
