import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { root } from './project.ts';

const sources = `${root}fabric-agent/supervisor/native/`;
const flags = ['-std=gnu17', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror'];

/** Where the package looks for the supervisor of this platform. */
export const supervisorBinary = `${root}fabric-agent/supervisor/bin/${process.platform}-${process.arch}/ogm-supervisor`;

/**
 * Compiles the supervisor of tasks, statically, so that it runs on every Linux of this architecture. Says why it
 * could not, where there is no compiler or the system is another one; throws where its sources are at fault.
 */
export async function buildSupervisor(
  binary: string,
  more: readonly string[] = ['-static', '-s'],
): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'its supervisor in C is for Linux';
  const files = (await readdir(sources)).filter((name) => name.endsWith('.c')).map((name) => sources + name);
  await mkdir(dirname(binary), { recursive: true });
  try {
    await promisify(execFile)('gcc', [...flags, ...more, '-o', binary, ...files]);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return 'there is no gcc here';
    throw error;
  }
  return undefined;
}
