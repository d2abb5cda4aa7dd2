import type { Readable, Writable } from 'node:stream';
import { type Answer, type Part, packet, readAnswer, type Verb } from './sftp-packets.ts';

/** Bytes of one answer: OpenSSH sends no more than 256 KiB. */
const packetBytesMost = 1 << 20;

const codes = { ok: 0, end: 1, absent: 2 } as const;

/** What the other side says instead of doing what was asked. */
export class SftpFailure extends Error {
  readonly #code: number;

  constructor(code: number, says: string, path: string) {
    super(`${path}: ${says === '' ? `error ${code} of SFTP` : says}`);
    this.#code = code;
  }

  /** Whether it says that there is no such file. */
  get isAbsent(): boolean {
    return this.#code === codes.absent;
  }

  /** Whether it says that there is no more. */
  get isEnd(): boolean {
    return this.#code === codes.end;
  }
}

interface Pending {
  readonly path: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Questions and answers of SFTP, version 3. Once the session has broken, all rejects: with an Error that is none of files, for
 * what was asked may go well over the next connection.
 */
export class SftpSession {
  /** Resolves when the session has broken. */
  readonly broken: Promise<void>;
  readonly #input: Writable;
  readonly #pending = new Map<number, Pending>();
  readonly #greeted = Promise.withResolvers<void>();
  #kept: Buffer = Buffer.alloc(0);
  #last = 0;
  #answers = 0;
  readonly #ended = Promise.withResolvers<void>();
  #broken: Error | undefined;

  constructor(input: Writable, output: Readable) {
    this.broken = this.#ended.promise;
    this.#input = input;
    this.#greeted.promise.catch(() => {});
    output.on('data', (piece: Buffer) => this.#take(piece));
    output.on('close', () => this.break(new Error('the session of SFTP has ended')));
    for (const stream of [input, output])
      stream.on('error', ({ message }) => this.break(new Error(`the session of SFTP has ended: ${message}`)));
  }

  /** Resolves once the other side has said that it speaks this version. */
  async greet(): Promise<void> {
    this.#input.write(packet('init', 3));
    await this.#greeted.promise;
  }

  /** How many answers have come. */
  get answers(): number {
    return this.#answers;
  }

  /** Whether an answer is waited for. */
  get isWaiting(): boolean {
    return this.#pending.size > 0;
  }

  /** Has all that waits, and all that comes, fail. */
  break(error: Error): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#ended.resolve();
    this.#greeted.reject(error);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  /** Asks about a path, which failures tell. Rejects with an {@link SftpFailure} where the other side says no. */
  ask(verb: Verb, path: string, ...parts: readonly Part[]): Promise<Answer> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    this.#last = (this.#last + 1) >>> 0;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#pending.set(this.#last, { path, resolve, reject });
    this.#input.write(packet(verb, this.#last, ...parts));
    return promise;
  }

  #take(piece: Buffer): void {
    this.#kept = this.#kept.length === 0 ? piece : Buffer.concat([this.#kept, piece]);
    try {
      while (this.#kept.length >= 4) {
        const length = this.#kept.readUInt32BE();
        if (length > packetBytesMost) throw new RangeError(notSftp);
        if (this.#kept.length < 4 + length) return;
        const answer = readAnswer(this.#kept.subarray(4, 4 + length));
        this.#kept = this.#kept.subarray(4 + length);
        this.#hear(answer);
      }
    } catch (error) {
      this.break(new Error((error as Error).message));
    }
  }

  #hear(answer: Answer): void {
    if (answer.kind === 'version') {
      if (answer.version < 3) throw new RangeError('the host speaks an SFTP before version 3');
      this.#greeted.resolve();
      return;
    }
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) throw new RangeError('SFTP answers what nobody asked');
    this.#pending.delete(answer.id);
    this.#answers += 1;
    if (answer.kind === 'status' && answer.code !== codes.ok)
      pending.reject(new SftpFailure(answer.code, answer.says, pending.path));
    else pending.resolve(answer);
  }
}

/** What a start-up file of a shell prints comes before the protocol, and looks like a packet of a great length. */
const notSftp = 'what comes is no SFTP: a start-up file of the shell there may print something';
