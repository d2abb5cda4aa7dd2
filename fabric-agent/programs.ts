import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getRawAsset, isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import { siblingFile } from '../platform/sibling.ts';

/** The agent's programs in C, and where each is built, for one system and architecture. */
const folders = {
  'ogm-supervisor': './supervisor/bin/',
  'ogm-batch-runner': './batch/bin/',
} as const;

type ProgramName = keyof typeof folders;

/**
 * A program in C for a platform (`linux-x64`), as bytes: of the package, or of the one file that holds the agent.
 * Undefined where it was not built.
 */
export async function builtProgram(
  name: ProgramName,
  platform = `${process.platform}-${process.arch}`,
): Promise<Uint8Array | undefined> {
  if (isSea()) return embedded(assetName(name, platform));
  return readFile(builtPath(name, platform)).catch(() => undefined);
}

/** What a program is called among what the one file holds. */
export function assetName(name: ProgramName, platform: string): string {
  return `${platform}/${name}`;
}

function embedded(asset: string): Uint8Array | undefined {
  try {
    return new Uint8Array(getRawAsset(asset));
  } catch {
    return undefined; // there is no such asset
  }
}

function builtPath(name: ProgramName, platform: string): string {
  return fileURLToPath(siblingFile(import.meta.url, `${folders[name]}${platform}/${name}`));
}

/**
 * The path of a program in C that this machine can start; undefined where it was not built. It stays in the package
 * where that is a folder; what is within the one file is first written below `folder`.
 */
export async function startableProgram(name: ProgramName, folder: string): Promise<string | undefined> {
  if (!isSea()) {
    const path = builtPath(name, `${process.platform}-${process.arch}`);
    return (await canStart(path)) ? path : undefined;
  }
  const program = await builtProgram(name);
  return program === undefined ? undefined : placeProgram(program, join(folder, 'programs'), name);
}

/**
 * Writes a program into a folder, whole or not at all, and returns its path. It is called by what it is, so that what
 * was started from an older one keeps that.
 */
export async function placeProgram(program: Uint8Array, folder: string, name: string): Promise<string> {
  const place = join(folder, `${name}-${createHash('sha256').update(program).digest('hex').slice(0, 16)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (await canStart(place)) return place;
  const aside = `${place}.${process.pid}`;
  await writeFile(aside, program, { flush: true });
  await chmod(aside, 0o755); // the folder keeps others out; within a container somebody else starts it
  await rename(aside, place);
  return place;
}

function canStart(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
