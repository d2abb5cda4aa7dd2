import type { Command, QueueOptions } from '../batch/system.ts';
import type { QueueJob } from './facts.ts';

/** Of the environment of the agent: which batch system its commands speak to. */
export type Surroundings = Readonly<Record<string, string | undefined>>;

/** What a partition or queue has. */
export interface QueueShape {
  readonly name: string;
  readonly total: number;
  readonly free: number;
  /** As {@link QueueFacts} has them; not there where another command says it. */
  readonly walltimeMs?: number | null;
  readonly mostQueued?: number | null;
}

/** What limits it has. */
export interface QueueLimits {
  readonly walltimeMs: number | null;
  readonly mostQueued: number | null;
}

/** How a batch system tells of its queue, as data. Readers throw where they understand nothing. */
export interface QueueSystem {
  /** Asks which cluster this is. */
  cluster(): Command;
  /** A word that no other cluster has: it stands in one line with nothing else. */
  clusterIn(output: string, surroundings: Surroundings): string;
  shape(options: QueueOptions): Command;
  shapeIn(output: string, options: QueueOptions): QueueShape;
  /** All jobs of the queue, of everybody. */
  jobs(options: QueueOptions): Command;
  jobsIn(output: string, queue: string, now: number): readonly QueueJob[];
  /** An exit code by which it says that there is no job. */
  readonly noJobs?: number;
  /** Asks what limits the queue has, where its shape does not say. */
  limits?(queue: string): Command;
  limitsIn?(output: string): QueueLimits;
}

/** A command whose moments are of UTC. */
export function inUtc([program, ...words]: Command): Command {
  return ['env', 'TZ=UTC0', program, ...words];
}

/** Milliseconds of `D-HH:MM:SS`, `HH:MM:SS` or `MM:SS`; undefined of anything else. */
export function spanMs(text: string): number | undefined {
  const [, days = '0', hours = '0', minutes, seconds] =
    /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text.trim()) ?? [];
  if (minutes === undefined || seconds === undefined) return undefined;
  return 1000 * (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds));
}

/** Milliseconds until a moment of UTC, such as 2026-11-22T03:21:09; undefined of anything else. */
export function untilMs(moment: string, now: number): number | undefined {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(moment) ? Date.parse(`${moment}Z`) : Number.NaN;
  return Number.isFinite(at) ? at - now : undefined;
}
