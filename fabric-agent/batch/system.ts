import type { Command, QueueOptions } from './command.ts';
import type { Reserving } from './reserving.ts';

export type { Command, QueueOptions } from './command.ts';

/** What a job asks for. Jobs of one array ask for the same. */
export interface Request {
  readonly cores: number;
  readonly mebibytes: number | null;
  /** The system ends it after so many seconds, should nobody else have done so; null where it is not to. */
  readonly seconds: number | null;
  /** What the system calls the reservation in which it is to run; null where that is none. */
  readonly reservation: string | null;
}

export interface Submission {
  readonly name: string;
  readonly request: Request;
  /** How many jobs, in one array; null for one that is in none. */
  readonly count: number | null;
  /** The script, a path. */
  readonly script: string;
  /** Where it runs. */
  readonly folder: string;
}

/** A job by the number that the system gave it, and the one that it has in an array, from 1; null where it is in none. */
export interface JobId {
  readonly job: string;
  readonly index: number | null;
}

/** A job of this agent. No other has its name; another may have its number, before it or after. */
export interface OwnJob extends JobId {
  /** Undefined where that is not known. */
  readonly name: string | undefined;
}

export interface QueuedJob extends OwnJob {
  readonly name: string;
  /** Whether it has not begun. */
  readonly waits: boolean;
  /** Whose it is, by a system that tells of the jobs of all. */
  readonly owner?: string;
}

/** What a system tells of a job that its queue does not hold any more. */
export interface Fate {
  /** `ended`: it came to its own end, or that of the program; `ended-by-system`: it was made to end. */
  readonly kind: 'under-way' | 'ended' | 'timed-out' | 'over-memory' | 'ended-by-system';
  /** The system's own words. */
  readonly says: string;
}

/** Why a job waits, in the words of the system. */
export interface WaitReason {
  /** Its one word for it. */
  readonly word: string;
  /** What it says beside that; empty where that is nothing. */
  readonly says: string;
  /** In how many milliseconds it expects the job to begin; undefined where it does not say. */
  readonly startsInMs?: number | undefined;
}

/** What a queue has. */
export interface Slots {
  /** Processor cores. */
  readonly total: number;
  readonly free: number;
  /** Of the node that has most; null where it is not said. */
  readonly memoryBytes: number | null;
}

/** A batch system as data: what is said to it, and how its answers are read. Readers throw where they understand nothing. */
export interface BatchSystem {
  readonly name: string;
  /** Complaints by which it says nothing of what it was told: it may do so another time. */
  readonly passing: RegExp;
  /** How many jobs (a count) one array may hold; 1 where there are none. */
  readonly mostInArray: number;
  /** A line of the shell, in a script: has `job` be the number of the job, and `index` that in its array, or empty. */
  readonly namesItself: string;
  submit(submission: Submission, options: QueueOptions): Command;
  /** The number of the job, or of the array. */
  submitted(output: string): string;
  /** All jobs of a user that wait or run. */
  list(user: string): Command;
  listed(output: string): readonly QueuedJob[];
  /** The exit code by which the list says that there is none; 0 does so too. */
  readonly noJobs?: number;
  /** Takes jobs from the queue, running or not. */
  withdraw(jobs: readonly JobId[]): Command;
  /** Has a running job look up, where that is possible. */
  nudge(job: OwnJob): Command | undefined;
  /** Commands that may tell of a job that has ended; where the first knows nothing, the next is asked. */
  fates(job: JobId): readonly Command[];
  /** Undefined where the output tells nothing of the job of a name: it may tell of others that had its number. */
  fate(output: string, name: string): Fate | undefined;
  /** Commands that together tell why a job of a user waits. */
  reasons(job: JobId, user: string): readonly Command[];
  /** By what they print, each empty where it printed nothing; undefined where the job does not wait, or nothing is told. */
  reason(outputs: readonly string[], job: OwnJob, now: number): WaitReason | undefined;
  /** Nothing where the system keeps no room for later. */
  readonly reserving?: Reserving;
  slots(options: QueueOptions): Command;
  slotsIn(output: string): Slots;
}

/** The number of a job in the words of a system that puts `mark` before the index. */
export function jobText({ job, index }: JobId, mark: string): string {
  return index === null ? job : `${job}${mark}${index}`;
}

/** Whether what a system tells of a job with the number of one of this agent's is told of that. */
export function isNamed({ name }: OwnJob, found: string | undefined): boolean {
  return name === undefined || name === found;
}

/** The lines of an output that say something. */
export function linesOf(output: string): string[] {
  return output.split('\n').filter((line) => line.trim() !== '');
}
