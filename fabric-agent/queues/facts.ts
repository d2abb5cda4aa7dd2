/** A job of a queue, whosever it is. */
export interface QueueJob {
  /** Whether it waits for its turn; one that is held, or that waits for something else, stands in nobody's way. */
  readonly waits: boolean;
  /** Processor cores. */
  readonly slots: number;
  /** In how many milliseconds the batch system expects a job that waits to begin; undefined where it does not say. */
  readonly startsInMs?: number | undefined;
  /** How many milliseconds a running job may go on by its limit; undefined where nothing bounds it. */
  readonly leftMs?: number | undefined;
}

/** What the owner's partition or queue has, and what is in it. */
export interface QueueFacts {
  /** Its name there. */
  readonly name: string;
  /** Processor cores. */
  readonly total: number;
  readonly free: number;
  /** Jobs (a count), of everybody. */
  readonly waiting: number;
  readonly running: number;
  /** How long one job may run, in milliseconds; null where nothing is said. */
  readonly walltimeMs: number | null;
  /** How many jobs of one user it takes, as the batch system bounds it; null where nothing is said. */
  readonly mostQueued: number | null;
  /** How long what comes now waits, as far as that can be told, in milliseconds; undefined where it cannot. */
  readonly startDelayMs: number | undefined;
}

/**
 * How long what comes now waits before it starts: an estimate. Nothing where more is free than all that wait would take;
 * else when the batch system expects the last of those to begin; else when so many cores are free by the limits of what runs
 * that they have begun, and one more could. Undefined where nobody says.
 */
export function expectedDelay(free: number, jobs: readonly QueueJob[]): number | undefined {
  const waiting = jobs.filter(({ waits }) => waits);
  const wanted = waiting.reduce((sum, { slots }) => sum + slots, 0);
  if (free > wanted) return 0;
  const expected = waiting.flatMap(({ startsInMs }) => startsInMs ?? []);
  if (expected.length > 0)
    return Math.max(
      0,
      expected.reduce((a, b) => Math.max(a, b)),
    );
  const ends = jobs
    .flatMap(({ waits, leftMs, slots }) => (waits || leftMs === undefined ? [] : { leftMs, slots }))
    .sort((a, b) => a.leftMs - b.leftMs);
  let there = free;
  for (const { leftMs, slots } of ends) {
    there += slots;
    if (there > wanted) return Math.max(0, leftMs);
  }
  return undefined;
}
