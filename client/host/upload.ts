import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { readName, reservedFolder, show, type TarBounds } from '../../protocol/tar-guard.ts';
import { HostError } from './host-error.ts';
import { sendContent } from './send-file.ts';
import { tarEnd, tarHeader, tarPadding } from './tar-writer.ts';

/** A file of the user, and the name by which the program will find it. */
export interface HostFile {
  readonly path: string;
  /** Relative, with '/' between its parts. */
  readonly name: string;
}

export interface Upload {
  readonly files: readonly HostFile[];
  readonly arguments: readonly string[];
  readonly bounds: Pick<TarBounds, 'nameBytes' | 'depth'>;
  /** Resolves when more may be sent. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** Told before each file is sent. */
  readonly sending: (name: string, sizeBytes: number) => void;
  /** Told before the end mark is sent: until then nobody takes the archive for whole. */
  readonly ending: () => void;
}

/** Sends files and arguments as one archive, its end mark included. */
export async function upload(order: Upload): Promise<void> {
  const { files, arguments: words, bounds, send, sending, ending } = order;
  checkNames(files, bounds);
  const text = Buffer.from(
    checkArguments(words)
      .map((word) => `${word}\n`)
      .join(''),
  );
  const about = { name: `${reservedFolder}/arguments`, sizeBytes: text.length, mode: 0o644, mtimeMs: 0 };
  await send(Buffer.concat([tarHeader(about), text, tarPadding(text.length)]));
  for (const file of files) {
    await using handle = await openFile(file);
    const { size, mode, mtimeMs } = await handle.stat();
    sending(file.name, size);
    await send(tarHeader({ name: file.name, sizeBytes: size, mode, mtimeMs }));
    if ((await sendContent(handle, size, send)) < size)
      throw new HostError('bad-files', `${show(file.path)} became shorter while it was sent`);
  }
  ending();
  await send(tarEnd);
}

async function openFile(file: HostFile): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK a FIFO would be waited for.
    handle = await open(file.path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new HostError('bad-files', `${show(file.path)} cannot be read: ${reason(cause)}`, { cause });
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new HostError('bad-files', `${show(file.path)} is no file`);
}

function checkNames(files: readonly HostFile[], bounds: Upload['bounds']): void {
  const seen = new Set<string>();
  for (const { name } of files) {
    const read = readName(name, bounds);
    if ('reason' in read) throw new HostError('bad-files', read.reason);
    const path = read.parts.join('/');
    if (path === '' || name.endsWith('/'))
      throw new HostError('bad-files', `${show(name)} is no name of a file`);
    if (read.parts[0] === reservedFolder)
      throw new HostError(
        'bad-files',
        `${show(name)} lies in ${reservedFolder}/, which is kept for what is said about a run`,
      );
    if (seen.has(path)) throw new HostError('bad-files', `two files have the name ${show(name)}`);
    seen.add(path);
  }
}

function checkArguments(words: readonly string[]): readonly string[] {
  for (const word of words)
    if (/[\p{Cc}--\t]/v.test(word))
      throw new HostError(
        'work-refused',
        `the argument ${show(word)} holds a line end or another control character`,
      );
  return words;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
