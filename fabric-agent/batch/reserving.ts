import type { Command, QueueOptions } from './command.ts';

/** Room that is to be kept, in the words of a batch system. */
export interface Reserve {
  readonly name: string;
  /** Who may use it: the user who submits the jobs. */
  readonly user: string;
  /** Seconds since 1970; null where it begins at once. */
  readonly start: number | null;
  readonly end: number;
  /** Processor cores, one at least. */
  readonly slots: number;
}

export interface Reserved {
  readonly name: string;
  /** What jobs say to run in it, and what it is released by. */
  readonly handle: string;
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
}

/** How a batch system keeps room for later, as data. Readers throw where they understand nothing. */
export interface Reserving {
  reserve(order: Reserve, options: QueueOptions): Command;
  /** Its handle, of what is said once it is kept. */
  reserved(output: string, order: Reserve): string;
  /** All of a user's; of others' too where the system tells of no user's alone. */
  list(user: string): Command;
  /** Those of the user. */
  listed(output: string, user: string): readonly Reserved[];
  release(handle: string): Command;
  /** Complaints by which it is not there. */
  readonly gone: RegExp;
}

/** A command whose words and answers tell moments by UTC. */
export function inUtc(command: Command): Command {
  return ['env', 'TZ=UTC0', ...command];
}

/** A moment by UTC, such as `2026-11-22T03:22:32`, of seconds since 1970. */
export function utcText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

/** Seconds since 1970, of such a text. Throws where it is none. */
export function utcSeconds(text: string | undefined): number {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text ?? '') ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new Error(`no moment: ${String(text).slice(0, 200)}`);
  return ms / 1000;
}
