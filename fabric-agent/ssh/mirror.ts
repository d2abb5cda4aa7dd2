import { lstat, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reservedFolder } from '../../protocol/tar-guard.ts';
import type { Place } from '../back-ends/back-end.ts';
import { follow } from './carry.ts';
import { kindOf, type Sftp } from './sftp.ts';

/** Bytes of the messages of one program, and of another of the files by which it speaks, that are brought here. */
const messagesBytes = 16 * 2 ** 20;
const spokenBytes = 64 * 1024;

/**
 * Brings what a program has printed and said so far on another host into its place here, and the answer that lies here for it
 * there. `mostBytes` are had of each of its outputs.
 */
export async function mirror(sftp: Sftp, there: Place, here: Place, mostBytes: number): Promise<void> {
  const [, , speech] = await Promise.all([
    follow(sftp, there.stdout, here.stdout, mostBytes),
    follow(sftp, there.stderr, here.stderr, mostBytes),
    sftp.look(join(there.work, reservedFolder)),
  ]);
  await takeAnswer(sftp, there.work, here.work);
  if (speech !== undefined && kindOf(speech) === 'folder') await mirrorSpeech(sftp, there.work, here.work);
}

async function mirrorSpeech(sftp: Sftp, from: string, to: string): Promise<void> {
  const [there, here] = [join(from, reservedFolder), join(to, reservedFolder)];
  await mkdir(here, { recursive: true, mode: 0o700 });
  await follow(sftp, join(there, 'messages'), join(here, 'messages'), messagesBytes);
  for (const name of ['progress', 'question']) await copySmall(sftp, join(there, name), join(here, name));
}

/** Brings a file that is written anew each time; it keeps the time of that here, by which one is told from the one before. */
async function copySmall(sftp: Sftp, from: string, to: string): Promise<void> {
  const there = await sftp.look(from);
  if (there === undefined || kindOf(there) !== 'file') return rm(to, { force: true });
  const text = await sftp.text(from, spokenBytes);
  const seconds = there.changedSeconds ?? 0;
  const before = await stat(to).catch(() => undefined);
  if (before !== undefined && Math.floor(before.mtimeMs / 1000) === seconds)
    if ((await readFile(to, 'utf8')) === text) return;
  const aside = `${to}.part`;
  await writeFile(aside, text ?? '', { mode: 0o600 });
  {
    await using file = await open(aside, 'r+');
    await file.utimes(seconds, seconds);
  }
  await rename(aside, to);
}

/** Gives a program its answer, once. */
async function takeAnswer(sftp: Sftp, work: string, here: string): Promise<void> {
  const file = join(here, reservedFolder, 'answer');
  const stats = await lstat(file).catch(() => undefined);
  if (!stats?.isFile() || stats.size > spokenBytes) return;
  const there = join(work, reservedFolder);
  await sftp.makeFolder(there);
  const aside = join(there, `.answer.${Math.floor(stats.mtimeMs)}`);
  await sftp.remove(aside);
  await sftp.write(aside, [await readFile(file)], { mode: 0o600 });
  await sftp.rename(aside, join(there, 'answer'));
  await rm(file, { force: true });
}
