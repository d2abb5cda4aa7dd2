/** A command of a batch system: a program, found by the search path of whoever runs the agent, and its words. */
export type Command = readonly [program: string, ...words: readonly string[]];

/** What jobs are submitted with, by the owner's wish. */
export interface QueueOptions {
  /** The partition or queue; the system's own choice where it is undefined. */
  readonly queue: string | undefined;
  readonly account: string | undefined;
  /** What stands behind all other options of a submission. */
  readonly more: readonly string[];
  /** The parallel environment in which jobs have more than one slot, in Grid Engine. */
  readonly parallelEnvironment: string;
}
