import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Part } from '../../platform/lifecycle.ts';
import type { QueueReason } from '../../protocol/agent/standing.ts';
import type { ExitView } from '../../protocol/jobs/job.ts';
import type { Machine, Moment } from '../machine.ts';
import type { Reservations } from './reservations.ts';

/** One attempt of one task: what everything about a run is known by. */
export interface AttemptKey {
  readonly task: string;
  readonly attempt: number;
}

/** An attempt as one word, safe as the name of a folder; no two attempts have the same. */
export function wordOf({ task, attempt }: AttemptKey): string {
  return `${task}.${attempt}`;
}

/** Characters of the name of a task, as a back end takes it. */
export const longestTask = 128;

/** A run as its back end finds it again. */
export interface RunRef extends AttemptKey {
  /** What the back end called it when it took it; null where that is not known: then it looks for the attempt. */
  readonly handle: string | null;
}

/**
 * Where the files of a run lie; absolute paths below `folder`, which is of this user alone. Once the program has ended,
 * what is not there was empty.
 */
export interface Place {
  readonly folder: string;
  /** Where the program works. */
  readonly work: string;
  /** Its TMPDIR. */
  readonly temporary: string;
  readonly stdout: string;
  readonly stderr: string;
  /** The number of the user, and of the group, as whom the program runs, where that is not the agent's; its files are to be that one's. */
  readonly user?: number;
}

/** The place of a run in a folder of its own below `folder`. */
export function placeIn(folder: string, key: AttemptKey): Place {
  const own = join(folder, wordOf(key));
  return {
    folder: own,
    work: join(own, 'work'),
    temporary: join(own, 'tmp'),
    stdout: join(own, 'out'),
    stderr: join(own, 'err'),
  };
}

/** The attempts that have a folder of {@link placeIn}, or are being removed. */
export async function placesIn(folder: string): Promise<AttemptKey[]> {
  return keysIn(await readdir(folder));
}

/** The attempts whose folders have these names, or had them until they are being removed. */
export function keysIn(names: readonly string[]): AttemptKey[] {
  const found = new Map<string, AttemptKey>();
  for (const name of names) {
    const [, task, attempt] = /^([A-Za-z0-9][A-Za-z0-9._-]*)\.([1-9]\d{0,8})(?:\.removed)?$/.exec(name) ?? [];
    if (task === undefined) continue;
    const key = { task, attempt: Number(attempt) };
    found.set(wordOf(key), key);
  }
  return [...found.values()];
}

/** What may not be passed by a program and all that comes from it together; null where nothing is said. */
export interface RunLimits {
  /** Bytes of standard output and standard error together. */
  readonly outputBytes: number;
  readonly memoryBytes: number | null;
  readonly processes: number | null;
}

export interface RunOrder extends AttemptKey {
  /**
   * The program as an absolute path, then its arguments: there is no shell between. In an image it may be a name that is found
   * there.
   */
  readonly argv: readonly string[];
  /** The image of a container in which it runs; only where the back end has containers. */
  readonly image?: string;
  /** All of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** By the back end's `now()`: past this moment it does not begin. */
  readonly latestStartMs: number;
  /** By the same clock: what runs then is told to end, and killed `graceMs` later. For what begins at once. */
  readonly endMs: number;
  /** For what may have to wait: it runs no longer than this from its beginning on; infinite where nothing bounds it. */
  readonly timeMs: number;
  /** For the same, by the clock of `endMs`: nothing of it is there any more then, whenever it began; may be infinite. */
  readonly leaseEndMs: number;
  readonly graceMs: number;
  readonly limits: RunLimits;
  /** What it asked for, which a scheduler gives it; null where it asked for no memory. */
  readonly asks: { readonly cpus: number; readonly memoryBytes: number | null };
  /** The id of the reservation in which it is to run; only where the back end has them. */
  readonly reservation?: string;
}

/** How a run ended. */
export interface RunEnd {
  readonly state: 'ended';
  readonly exit: ExitView;
  /** What the exit does not say, as a sentence for the user: why nothing could be started. */
  readonly why: string | null;
  /** Nothing ran, because this node lacked what any program needs, such as room on its disk: another may run it. */
  readonly isNodesFault?: boolean;
}

/** How it is with a run. `absent`: the back end knows nothing of it. */
export type RunState = { readonly state: 'absent' } | { readonly state: 'running' } | RunEnd;

/** What is called for each end that a back end hears of. */
export type EndListener = (key: AttemptKey, end: RunEnd) => void;

export interface Launched {
  /** What the back end calls it. */
  readonly handle: string;
  readonly run: RunState;
}

/** A moment on a clock that goes on while the machine sleeps, and what tells one boot of it from another. */
export interface BootMoment {
  readonly boot: string;
  readonly atMs: number;
}

/** What a back end can do beyond what all can. */
export interface Powers {
  /** The limits that it enforces, by their names in {@link RunLimits}; time is enforced by all. */
  readonly limits: readonly (keyof RunLimits)[];
  /** Whether it takes many like tasks in one order. */
  readonly arrays: boolean;
  readonly containers: boolean;
  /** Whether a program that is cancelled is told first, and has its grace. */
  readonly gracefulCancel: boolean;
  /** Whether it can keep room for what comes later: there are {@link BackEnd.reservations}. */
  readonly reserve: boolean;
  /** Whether what runs goes on, and is found again, when the agent ends. */
  readonly outlivesAgent: boolean;
  /** Whether programs are kept from the host's loopback, the data folder, and each other. */
  readonly isolates: boolean;
  /** Where programs that find no room wait in its queue: how many it takes, whatever they need, and how long they wait. */
  readonly queues: { readonly mostTasks: number; readonly patienceMs: number } | null;
}

/**
 * What runs programs. Every verb may be said again, and means the same; each rejects where it cannot be known what
 * became of it, and is then said again. All answers are about what the back end has on its disk: it may be asked
 * after any crash, of the agent or of itself.
 */
export interface BackEnd extends Part {
  readonly powers: Powers;
  /** By which moments in orders are meant; known once it has started. Never ahead of the clock that is enforced. */
  now(): BootMoment;
  place(key: AttemptKey): Place;
  /**
   * Brings what a run needs of elsewhere, and what may take longer than any lease: an image. `begins` is called where there is
   * something to be brought. Rejects with a sentence where it cannot be had; only where the back end has containers.
   */
  readonly bring?: ((image: string, begins: () => void, signal: AbortSignal) => Promise<void>) | undefined;
  /** Known once it has started; only where it keeps room for what comes later, and lets this account have it. */
  readonly reservations?: Reservations | undefined;
  /**
   * Starts a program in its place, whose folders it makes as far as they are not there. The same attempt never starts
   * twice: a repeat tells how it stands. Where nothing could be started, that is how it ended.
   */
  launch(order: RunOrder): Promise<Launched>;
  /**
   * Why a run that was launched has not begun, by the word of the queue in which it waits; undefined where it waits in none,
   * or that does not say. Only where there are queues; asked when somebody wants to know, and slow.
   */
  readonly waitsFor?: ((run: RunRef) => Promise<QueueReason | undefined>) | undefined;
  /** How it is with each, in their order. */
  states(runs: readonly RunRef[]): Promise<readonly RunState[]>;
  /** Has a program end within `graceMs`. Nothing where it does not run. */
  cancel(run: RunRef, graceMs: number): Promise<void>;
  /** Keeps nothing of runs that have ended; of their folders what is left is the caller's to remove. */
  forget(runs: readonly RunRef[]): Promise<void>;
  /** Every attempt that it has anything of, be it a folder. */
  known(): Promise<readonly AttemptKey[]>;
  /** Calls `listener` for each end that it hears of; an end may come more than once, or not at all: `states` tells. */
  listen(listener: EndListener): void;
  capacity(): Machine;
  load(): Promise<Moment>;
}

/** The end of an attempt of which nothing has run, or of which nothing is known. */
export function noExit(kind: 'too-late' | 'not-started' | 'cancelled' | 'lost'): ExitView {
  return { kind, code: null, startedAt: null, endedAt: null, cpuSeconds: null, maxRssBytes: null };
}

/** The end of a run of which nothing is known, though it was begun. */
export const lostRun: RunEnd = { state: 'ended', exit: noExit('lost'), why: null };
