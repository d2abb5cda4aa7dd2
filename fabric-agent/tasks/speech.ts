import { constants, lstatSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reservedFolder } from '../../protocol/tar-guard.ts';

/** What a program says while it runs. */
export interface Said {
  readonly kind: 'progress' | 'message' | 'question';
  readonly text: string;
}

/** Characters of one thing said, as the protocol has it. */
const longestText = 4096;
/** Messages (a count) that are passed on of one look; the next takes up there. */
const mostMessages = 20;
/** Bytes that are read of messages in one look. */
const mostReadBytes = 64 * 1024;

interface Heard {
  readonly progress: string;
  /** Bytes of the messages that were passed on. */
  readonly messages: number;
  /** What tells this question from one before. */
  readonly question: string;
}

const nothing: Heard = { progress: '', messages: 0, question: '' };

const asDirectory = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const asFile = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The files by which a program speaks, in `.ogm` of its directory: `progress` (a number from 0 to 1, or `40%`),
 * `messages` (a line each), `question`, and `answer`, which comes back. What has been passed on is noted in `noteFile`, so that
 * an agent after this one does not say it again. No link is followed.
 */
export class Speech {
  readonly #work: string;
  readonly #noteFile: string;
  #heard: Heard | undefined;

  constructor(work: string, noteFile: string) {
    this.#work = work;
    this.#noteFile = noteFile;
  }

  /** What is new since the last look. `last`: the program has ended, so a line without an end is whole too. */
  async look(last = false): Promise<Said[]> {
    // Most programs say nothing: one call tells.
    if (lstatSync(join(this.#work, reservedFolder), { throwIfNoEntry: false }) === undefined) return [];
    await using folder = await this.#open();
    if (folder === undefined) return [];
    this.#heard ??= await this.#recall();
    const said: Said[] = [];
    const progress = (await this.#read(folder, 'progress', 64))?.text.trim() ?? '';
    const share = shareOf(progress);
    if (progress !== this.#heard.progress && share !== undefined)
      said.push({ kind: 'progress', text: String(share) });
    const messages = await this.#messages(folder, this.#heard.messages, last);
    for (const text of messages.lines) said.push({ kind: 'message', text });
    const question = await this.#read(folder, 'question', 4 * longestText);
    if (question !== undefined && question.mark !== this.#heard.question && question.text.trim() !== '')
      said.push({ kind: 'question', text: question.text.trim().slice(0, longestText) });
    if (said.length > 0) {
      this.#heard = { progress, messages: messages.end, question: question?.mark ?? '' };
      await writeFile(this.#noteFile, JSON.stringify(this.#heard), { mode: 0o600 });
    }
    return said;
  }

  /** Has the program find an answer, whole from the moment at which it is there. */
  async answer(text: string): Promise<void> {
    await mkdir(join(this.#work, reservedFolder), { recursive: true, mode: 0o700 });
    await using folder = await this.#open();
    if (folder === undefined) throw new Error(`${reservedFolder} is no directory`);
    await this.#give(folder);
    const next = within(folder, this.#work, `.answer.${process.pid}`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
    // A FIFO that the program has put there would hold up a thread of this process for as long as it likes.
    const wary = constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using file = await open(next, flags | wary, 0o600);
    await file.writeFile(text);
    await this.#give(file);
    await rename(next, within(folder, this.#work, 'answer'));
  }

  /** Where root's programs run as another user, what they are to read is made that one's. */
  async #give(file: FileHandle): Promise<void> {
    if (process.geteuid?.() !== 0) return;
    const { uid, gid } = lstatSync(this.#work);
    await file.chown(uid, gid);
  }

  async #messages(
    folder: FileHandle,
    from: number,
    last: boolean,
  ): Promise<{ readonly lines: string[]; readonly end: number }> {
    const found = await this.#read(folder, 'messages', mostReadBytes, from);
    if (found === undefined) return { lines: [], end: from };
    const lines: string[] = [];
    let end = from;
    for (let at = 0; at < found.bytes.length && lines.length < mostMessages; ) {
      const next = found.bytes.indexOf(0x0a, at);
      // A line that fills all that is read at once is cut there.
      if (next === -1 && !last && found.bytes.length < mostReadBytes) break;
      const stop = next === -1 ? found.bytes.length : next;
      const line = found.bytes.toString('utf8', at, stop).trim();
      if (line !== '') lines.push(line.slice(0, longestText));
      at = stop + 1;
      end = from + Math.min(at, found.bytes.length);
    }
    return { lines, end };
  }

  async #read(
    folder: FileHandle,
    name: string,
    mostBytes: number,
    from = 0,
  ): Promise<{ readonly text: string; readonly bytes: Buffer; readonly mark: string } | undefined> {
    await using file = await open(within(folder, this.#work, name), asFile).catch(() => undefined);
    if (file === undefined) return undefined;
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, from);
    const bytes = buffer.subarray(0, bytesRead);
    return { text: bytes.toString('utf8'), bytes, mark: `${stats.ino}:${stats.mtimeNs}:${stats.size}` };
  }

  async #open(): Promise<FileHandle | undefined> {
    return open(join(this.#work, reservedFolder), asDirectory).catch(() => undefined);
  }

  async #recall(): Promise<Heard> {
    try {
      return JSON.parse(await readFile(this.#noteFile, 'utf8')) as Heard;
    } catch {
      // There is none, or it was torn: it is said again.
      return nothing;
    }
  }
}

/** Where something in an open directory is; on Linux no exchange of the directory leads elsewhere. */
function within(folder: FileHandle, work: string, name: string): string {
  return process.platform === 'linux'
    ? `/proc/self/fd/${folder.fd}/${name}`
    : join(work, reservedFolder, name);
}

/** A share of 1, as a program may write it. */
function shareOf(text: string): number | undefined {
  const [, number, percent] = /^(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})\s*(%?)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return Math.min(1, Number(number) / (percent === '%' ? 100 : 1));
}
