import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Machine, Moment } from '../machine.ts';
import type { RunCommand } from './run-command.ts';
import type { ShelfFiles } from './shelf-files.ts';
import type { BatchSystem, QueueOptions } from './system.ts';

export interface BatchOptions {
  readonly system: BatchSystem;
  /** Where all of it lies, on a file system that the machines of the cluster share. */
  readonly folder: string;
  /** How files there are reached; as those of this machine unless it is given. */
  readonly files?: ShelfFiles;
  /** Whose the jobs are; this process's user unless it is given. */
  readonly user?: string;
  readonly run: RunCommand;
  readonly queue: QueueOptions;
  readonly runner: string;
  /** Tasks (a count) that wait in its queue or run at once. */
  readonly mostQueued: number;
  /** Whether room is kept for later, where the system lets this account have that. */
  readonly reserves: boolean;
  /** How long, in milliseconds, a task may wait there before it is withdrawn. */
  readonly patienceMs: number;
  /** By how much, in milliseconds, the clock of a machine of the cluster may be behind. */
  readonly skewMs: number;
  /** How often it is looked for ends, and how often the queue is listed, in milliseconds. */
  readonly endsMs: number;
  readonly queueMs: number;
  /** How long, in milliseconds, an end may take to be seen after its job has left the queue. */
  readonly vanishedMs: number;
  /** This machine, which is of the same kind as those of the cluster, and how it is. */
  readonly machine: Machine;
  readonly moment: () => Promise<Moment>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the names of all jobs begin with: several agents of one user, each in a folder of its own, leave each other's alone. */
export function prefixOf(folder: string): string {
  const own = createHash('sha256').update(folder).digest().readUInt32BE().toString(36);
  return `ogm${own.padStart(4, '0').slice(-4)}`;
}
