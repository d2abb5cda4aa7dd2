import {
  type Answer,
  type Attributes,
  attributeParts,
  type NamedFile,
  type Part,
  type Verb,
} from './sftp-packets.ts';
import { SftpFailure, type SftpSession } from './sftp-session.ts';

/** Bytes that are read or written by one request, which every server takes, and requests (a count) of one file at a time. */
const pieceBytes = 32 * 1024;
const piecesAtOnce = 16;
/** Files (a count) that are listed of one folder. */
const namesMost = 200_000;
/** Bytes of one name: no file system has longer ones. */
const nameBytesMost = 1_024;

/** Kinds of files, in `mode` (inode(7)). */
const kinds = { mask: 0o170000, folder: 0o040000, file: 0o100000, link: 0o120000 };

export function kindOf({ mode = 0 }: Attributes): 'folder' | 'file' | 'link' | 'other' {
  const kind = mode & kinds.mask;
  if (kind === kinds.folder) return 'folder';
  if (kind === kinds.link) return 'link';
  return kind === kinds.file ? 'file' : 'other';
}

/** A piece of a file that is on its way. */
interface Asked {
  readonly at: number;
  readonly length: number;
  readonly bytes: Promise<Buffer | undefined>;
}

/** Flags of `open`. */
const forReading = 1;
const forWriting = 2 | 8 | 32; // write, create, and only where nothing is

/**
 * Files of another host by SFTP, version 3, with the additions of OpenSSH: no shell comes between, and requests do not wait for
 * each other. Paths are absolute, or of the user's home. Once the session has broken, all rejects.
 */
export class Sftp {
  readonly #session: SftpSession;

  constructor(session: SftpSession) {
    this.#session = session;
  }

  /** The absolute path of something. */
  async realPath(path: string): Promise<string> {
    const [found] = this.#names(await this.#session.ask('realpath', path, path));
    if (found === undefined || !found.name.startsWith('/'))
      throw new RangeError('SFTP tells no absolute path');
    return found.name;
  }

  /** What is there, a link itself; undefined where nothing is. */
  async look(path: string): Promise<Attributes | undefined> {
    try {
      const answer = await this.#session.ask('lstat', path, path);
      if (answer.kind !== 'attributes') throw unexpected(answer);
      return answer.attributes;
    } catch (error) {
      if (error instanceof SftpFailure && error.isAbsent) return undefined;
      throw error;
    }
  }

  /** All in a folder. Throws a RangeError where that is too much, or a name cannot be one. */
  async list(path: string): Promise<NamedFile[]> {
    const handle = await this.#handle('opendir', path, path);
    try {
      const found: NamedFile[] = [];
      for (;;) {
        const answer = await this.#session.ask('readdir', path, handle).catch(unlessEnd);
        if (answer === undefined) return found;
        for (const one of this.#names(answer)) {
          if (one.name === '.' || one.name === '..') continue;
          if (Buffer.byteLength(one.name) > nameBytesMost)
            throw new RangeError(`SFTP tells of a name of more than ${nameBytesMost} bytes`);
          if (one.name === '' || /[/\0]/.test(one.name))
            throw new RangeError('SFTP tells of a name with a slash');
          found.push(one);
        }
        if (found.length > namesMost) throw new RangeError(`${path} holds more than ${namesMost} files`);
      }
    } finally {
      await this.#close(handle);
    }
  }

  /** The bytes of a file from `from` on, at most so many, a piece after the other. */
  async *read(path: string, from: number, mostBytes: number): AsyncGenerator<Buffer> {
    const handle = await this.#handle('open', path, path, forReading, ...attributeParts({}));
    const ahead: Asked[] = [];
    let asked = from;
    const next = () => {
      const length = Math.min(pieceBytes, from + mostBytes - asked);
      if (length <= 0) return;
      const bytes = this.#piece(path, handle, asked, length);
      bytes.catch(() => {}); // it is awaited in its turn
      ahead.push({ at: asked, length, bytes });
      asked += length;
    };
    try {
      for (let count = 0; count < piecesAtOnce; count += 1) next();
      for (let one = ahead.shift(); one !== undefined; one = ahead.shift()) {
        const bytes = await one.bytes;
        if (bytes === undefined) return;
        if (bytes.length > 0) yield bytes;
        // A server may give less than was asked for: then what was asked beyond does not follow.
        if (bytes.length < one.length) {
          await Promise.allSettled(ahead.splice(0).map((later) => later.bytes));
          asked = one.at + bytes.length;
        }
        next();
      }
    } finally {
      await Promise.allSettled(ahead.map(({ bytes }) => bytes));
      await this.#close(handle);
    }
  }

  /** A small file as text; undefined where it is not there. */
  async text(path: string, mostBytes: number): Promise<string | undefined> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of this.read(path, 0, mostBytes)) pieces.push(piece);
    } catch (error) {
      if (error instanceof SftpFailure && error.isAbsent) return undefined;
      throw error;
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  /** Makes a file of what comes; where `lasts`, it is on the disk when this resolves. Fails where something is there. */
  async write(
    path: string,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { mode, lasts = false }: { readonly mode: number; readonly lasts?: boolean },
  ): Promise<void> {
    const handle = await this.#handle('open', path, path, forWriting, ...attributeParts({ mode }));
    const ahead: Promise<unknown>[] = [];
    try {
      let at = 0;
      for await (const all of content)
        for (let from = 0; from < all.length; from += pieceBytes) {
          const piece = Buffer.from(all.subarray(from, from + pieceBytes));
          const written = this.#session.ask('write', path, handle, { long: at }, piece);
          written.catch(() => {}); // it is awaited in its turn
          ahead.push(written);
          at += piece.length;
          if (ahead.length >= piecesAtOnce) await ahead.shift();
        }
      for (const written of ahead) await written;
      if (lasts) await this.#extended('fsync@openssh.com', path, handle);
    } finally {
      await Promise.allSettled(ahead);
      await this.#close(handle);
    }
  }

  async setTime(path: string, changedSeconds: number): Promise<void> {
    await this.#session.ask('setstat', path, path, ...attributeParts({ changedSeconds }));
  }

  /** Makes a folder for this user alone, unless it is there. */
  async makeFolder(path: string): Promise<void> {
    try {
      await this.#session.ask('mkdir', path, path, ...attributeParts({ mode: 0o700 }));
    } catch (error) {
      const found = await this.look(path);
      if (found === undefined || kindOf(found) !== 'folder') throw error;
    }
  }

  /** Puts a file or folder in the place of what is there; of a folder, where that holds nothing. */
  async rename(from: string, to: string): Promise<void> {
    await this.#extended('posix-rename@openssh.com', to, from, to);
  }

  /** Gives a file a second name; fails where that is given. */
  async link(file: string, name: string): Promise<void> {
    await this.#extended('hardlink@openssh.com', name, file, name);
  }

  async remove(path: string): Promise<void> {
    try {
      await this.#session.ask('remove', path, path);
    } catch (error) {
      if (!(error instanceof SftpFailure && error.isAbsent)) throw error;
    }
  }

  /** Bytes that are left on the disk of a path. */
  async freeBytes(path: string): Promise<number> {
    const answer = await this.#session.ask('extended', path, 'statvfs@openssh.com', path);
    // Its block size, fragment size, blocks, free ones, and those that are free for this user, in 64 bits each.
    if (answer.kind !== 'reply' || answer.bytes.length < 40) throw unexpected(answer);
    return Number(answer.bytes.readBigUInt64BE(8)) * Number(answer.bytes.readBigUInt64BE(32));
  }

  async #extended(name: string, path: string, ...parts: readonly Part[]): Promise<void> {
    await this.#session.ask('extended', path, name, ...parts);
  }

  async #piece(path: string, handle: Buffer, at: number, length: number): Promise<Buffer | undefined> {
    const answer = await this.#session.ask('read', path, handle, { long: at }, length).catch(unlessEnd);
    if (answer === undefined) return undefined;
    if (answer.kind !== 'data' || answer.bytes.length > length) throw unexpected(answer);
    return answer.bytes;
  }

  async #handle(verb: Verb, path: string, ...parts: readonly Part[]): Promise<Buffer> {
    const answer = await this.#session.ask(verb, path, ...parts);
    if (answer.kind !== 'handle') throw unexpected(answer);
    return answer.handle;
  }

  async #close(handle: Buffer): Promise<void> {
    await this.#session.ask('close', 'a file', handle).catch(() => {}); // with the session all handles are gone
  }

  #names(answer: Answer): readonly NamedFile[] {
    if (answer.kind !== 'names') throw unexpected(answer);
    return answer.entries;
  }
}

function unlessEnd(error: unknown): undefined {
  if (!(error instanceof SftpFailure && error.isEnd)) throw error;
}

function unexpected({ kind }: Answer): RangeError {
  return new RangeError(`SFTP answers with ${kind}, which does not fit the question`);
}
