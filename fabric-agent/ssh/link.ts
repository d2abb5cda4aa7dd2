import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import { commandsIn, type Ran } from '../batch/run-command.ts';
import { createTurns } from '../local/turns.ts';
import { notReached } from './complaints.ts';
import { factsCommand, type HostFacts, readFacts } from './host-facts.ts';
import { Sftp } from './sftp.ts';
import { SftpSession } from './sftp-session.ts';
import { commandWords, masterWords, type SshTarget } from './words.ts';

export interface LinkOptions {
  readonly target: SshTarget;
  /** Where the socket of the connection lies while there is one; made where it is not there. */
  readonly folder: string;
  /** The search path by which ssh is found. */
  readonly path: string;
  /** How long, in milliseconds, a command may take. */
  readonly commandMs: number;
  /** Called with each new connection, and what the host says of itself then. */
  readonly met?: (facts: HostFacts) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** A connection while it stands. */
export interface Connected {
  readonly sftp: Sftp;
  readonly facts: HostFacts;
}

interface Standing extends Connected {
  readonly master: ChildProcessWithoutNullStreams;
  readonly control: string;
}

/** sshd admits 10 sessions to a connection unless set (MaxSessions): two of them are for files and for the supervisor. */
const commandsAtOnce = 6;
/** A longer path than this does not fit into the address of a Unix socket, with the 17 characters that ssh adds. */
const socketPathBytesMost = 100 - 17;
/** How long, in milliseconds, it is waited before a host is tried again, at first and at most. */
const again = { firstMs: 500, mostMs: 30_000 };
/** Bytes of what ssh complains of. */
const complaintBytes = 8_192;
/** How many times as long as a host may not answer it may take until it serves files and commands. */
const greetings = 4;
/** How often, in milliseconds, a host is asked again what it is: two clocks go apart by less than 100 ms meanwhile. */
const meetMs = 300_000;
/** The exit code of ssh where it is ssh that failed. */
const sshFailed = 255;

/**
 * The one connection to a host, over which all goes; made anew whenever it breaks. It ends with this process, however that ends:
 * its standard input does.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #turns = createTurns(commandsAtOnce);
  readonly #closing = new AbortController();
  readonly #run: (command: readonly [string, ...string[]]) => Promise<Ran>;
  #standing: Standing | undefined;
  #next = Promise.withResolvers<Standing>();
  #keeping: Promise<void> = Promise.resolve();

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#run = commandsIn({ environment: { PATH: options.path }, timeoutMs: options.commandMs });
    this.#next.promise.catch(() => {});
  }

  /** Connects for the first time. Throws a Refusal that says why it cannot. */
  async open(): Promise<Connected> {
    const standing = await this.#connect();
    this.#keeping = this.#keep(standing);
    return standing;
  }

  /** The connection, once there is one. Rejects when the link is closed. */
  up(): Promise<Connected> {
    return this.#standing === undefined ? this.#next.promise : Promise.resolve(this.#standing);
  }

  /** The connection of now. Throws where there is none. */
  get now(): Connected {
    if (this.#standing === undefined)
      throw new Error(`there is no connection to ${this.#options.target.host}`);
    return this.#standing;
  }

  /** Runs a command there; its code is null where nobody knows what became of it. */
  async run(command: readonly string[]): Promise<Ran> {
    const leave = await this.#turns.enter(this.#closing.signal);
    try {
      return await this.#ran(command, this.#standing);
    } finally {
      leave();
    }
  }

  async #ran(command: readonly string[], standing: Standing | undefined): Promise<Ran> {
    if (standing === undefined) return { code: null, output: '', complaint: 'there is no connection' };
    const ran = await this.#run(['ssh', ...commandWords(this.#options.target, standing.control, command)]);
    if (ran.code !== sshFailed) return ran;
    const isGone = /exchange_identification|control socket|mux_client/i.test(ran.complaint);
    return { ...ran, code: null, complaint: isGone ? 'the connection broke' : ran.complaint };
  }

  /** Begins a command there that goes on, with this side's ends of its standard input, output and error. */
  async begin(command: readonly string[]): Promise<ChildProcessWithoutNullStreams> {
    await this.up();
    const control = this.#standing?.control ?? '';
    const words = commandWords(this.#options.target, control, command);
    return begun(words, this.#options.path);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the link is closed'));
    this.#next.reject(this.#closing.signal.reason);
    this.#standing?.master.kill();
    await this.#keeping;
  }

  async #keep(first: Standing): Promise<void> {
    const { target, log } = this.#options;
    let standing: Standing | undefined = first;
    for (let waitMs = again.firstMs; !this.#closing.signal.aborted; ) {
      if (standing !== undefined) {
        await this.#ended(standing);
        standing = undefined;
        waitMs = again.firstMs;
        if (!this.#closing.signal.aborted)
          log.warn('the connection to the host broke', { host: target.host });
      } else {
        await this.#pause(waitMs);
        if (this.#closing.signal.aborted) return;
        standing = await this.#connect().catch((error: unknown) => {
          if (waitMs === again.firstMs) log.warn('the host is not reached; it is tried again', { error });
          return undefined;
        });
        if (standing !== undefined) log.info('the host is reached again', { host: target.host });
        waitMs = Math.min(2 * waitMs, again.mostMs);
      }
    }
  }

  async #ended({ master }: Standing): Promise<void> {
    if (!hasEnded(master)) await once(master, 'exit');
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(ms, resolve);
    const stop = () => resolve();
    this.#closing.signal.addEventListener('abort', stop);
    return promise.finally(() => {
      cancel();
      this.#closing.signal.removeEventListener('abort', stop);
    });
  }

  async #connect(): Promise<Standing> {
    const { target, path, folder } = this.#options;
    const control = await this.#freshSocket();
    const master = begun(masterWords(target, control), path);
    const end = () => master.kill();
    this.#closing.signal.addEventListener('abort', end);
    let complaint = '';
    master.stderr.on('data', (piece: Buffer) => {
      complaint = (complaint + piece.toString('utf8')).slice(-complaintBytes);
    });
    master.stdin.on('error', () => {}); // its end is heard
    const ended = Promise.withResolvers<void>();
    const gone = ended.promise.then(() => this.#lost(master));
    master.once('exit', () => ended.resolve());
    master.on('error', (error) => {
      complaint = `ssh cannot be started: ${error.message}`;
      if (master.pid === undefined) ended.resolve();
    });
    const session = new SftpSession(master.stdin, master.stdout);
    // It may go on without its session: what has broken is made anew.
    void session.broken.then(end);
    const giveUp = this.#options.clock.after(greetings * target.silenceMs, end);
    try {
      await session.greet();
      const sftp = new Sftp(session);
      const facts = await this.#facts(control);
      const standing = { master, control, sftp, facts };
      if (hasEnded(master) || this.#closing.signal.aborted) throw new Error('it ended at once');
      this.#options.met?.(facts);
      this.#standing = standing;
      this.#next.resolve(standing);
      this.#watch(master, session);
      this.#meetAgain(standing);
      return standing;
    } catch (error) {
      end();
      await gone;
      this.#closing.signal.throwIfAborted();
      throw error instanceof Refusal ? error : notReached(target, complaint || (error as Error).message);
    } finally {
      giveUp();
      void gone.finally(() => {
        this.#closing.signal.removeEventListener('abort', end);
        if (dirname(control) !== folder) void rm(dirname(control), { recursive: true, force: true });
        session.break(new Error(`the connection to ${target.host} broke`));
      });
    }
  }

  async #facts(control: string): Promise<HostFacts> {
    const { target } = this.#options;
    const words = commandWords(target, control, factsCommand);
    const { code, output, complaint } = await this.#run(['ssh', ...words]);
    if (code !== 0) throw new Error(`it runs no commands: ${complaint}`);
    return readFacts(output);
  }

  #meetAgain(standing: Standing): void {
    const { met, clock } = this.#options;
    if (met === undefined) return;
    const meet = async () => {
      if (this.#standing !== standing) return;
      const facts = await this.#facts(standing.control).catch(() => undefined); // where it broke it is met anew
      if (facts !== undefined && this.#standing === standing) met(facts);
      this.#meetAgain(standing);
    };
    clock.after(meetMs, () => void meet());
  }

  #lost(master: ChildProcessWithoutNullStreams): void {
    if (this.#standing?.master !== master) return;
    this.#standing = undefined;
    this.#next = Promise.withResolvers();
    this.#next.promise.catch(() => {});
    if (this.#closing.signal.aborted) this.#next.reject(this.#closing.signal.reason);
  }

  /** Ends a connection over which nothing is answered: a file that is none can hold up all of SFTP there. */
  #watch(master: ChildProcessWithoutNullStreams, session: SftpSession): void {
    const { clock, target, log } = this.#options;
    const answers = session.isWaiting ? session.answers : undefined;
    clock.after(target.silenceMs, () => {
      if (this.#standing?.master !== master) return;
      if (!session.isWaiting || session.answers !== answers) return this.#watch(master, session);
      log.warn('SFTP does not answer; the connection is made anew', { host: target.host });
      master.kill();
    });
  }

  /** A name for the socket that no connection before has had: an old one that is ending yet removes its own. */
  async #freshSocket(): Promise<string> {
    const { folder } = this.#options;
    const name = `m${randomBytes(3).toString('hex')}`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const old of await readdir(folder)) await rm(join(folder, old), { recursive: true, force: true });
    const socket = join(folder, name);
    if (Buffer.byteLength(socket) <= socketPathBytesMost) return socket;
    return join(await mkdtemp(join(tmpdir(), 'ogm-ssh-')), name);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcessWithoutNullStreams): boolean {
  return exitCode !== null || signalCode !== null;
}

/** In a group of its own: a key that ends the agent at a terminal is not to cut what it ends by. */
function begun(words: readonly string[], path: string): ChildProcessWithoutNullStreams {
  return spawn('ssh', words, { env: { PATH: path }, stdio: 'pipe', detached: true });
}
