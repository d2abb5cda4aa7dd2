import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { root } from './project.ts';

const supervisorSources = `${root}fabric-agent/supervisor/native/`;
const runnerSources = `${root}fabric-agent/batch/native/`;
const flags = ['-std=gnu17', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror'];

/** Where the package looks for the supervisor of this platform. */
export const supervisorBinary = `${root}fabric-agent/supervisor/bin/${process.platform}-${process.arch}/ogm-supervisor`;

/** The same for the runner of batch jobs. */
export const runnerBinary = `${root}fabric-agent/batch/bin/${process.platform}-${process.arch}/ogm-batch-runner`;

/**
 * Compiles the supervisor of tasks, statically, so that it runs on every Linux of this architecture. Says why it
 * could not, where there is no compiler or the system is another one; throws where its sources are at fault.
 */
export async function buildSupervisor(
  binary: string,
  more: readonly string[] = ['-static', '-s'],
): Promise<string | undefined> {
  return compile(binary, await sourcesIn(supervisorSources), more);
}

/** Compiles what runs a task within a job of a batch system, in the same way; it uses parts of the supervisor. */
export async function buildRunner(
  binary: string,
  more: readonly string[] = ['-static', '-s'],
): Promise<string | undefined> {
  const shared = ['descendants.c', 'system.c'].map((name) => supervisorSources + name);
  return compile(binary, [...(await sourcesIn(runnerSources)), ...shared], more);
}

async function sourcesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.c')).map((name) => folder + name);
}

async function compile(
  binary: string,
  files: readonly string[],
  more: readonly string[],
): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'what is in C is for Linux';
  await mkdir(dirname(binary), { recursive: true });
  // Who starts the one that is there finds it whole at any time.
  const aside = `${binary}.${randomUUID()}`;
  try {
    await promisify(execFile)('gcc', [...flags, ...more, '-o', aside, ...files]);
    await rename(aside, binary);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return 'there is no gcc here';
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
  return undefined;
}
