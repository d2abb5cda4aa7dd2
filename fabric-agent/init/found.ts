/** A batch system whose commands answer here. */
export interface FoundBatch {
  /** As `agent.back-end` calls it. */
  readonly backEnd: 'slurm' | 'sge' | 'torque';
  readonly queues: readonly string[];
  /** The queue that takes what names none, where the system says it. */
  readonly usual: string | undefined;
}

/** What of a machine decides how it best serves. */
export interface Found {
  readonly batch: readonly FoundBatch[];
  /** The engine of containers that this user may use. */
  readonly engine: 'podman' | 'docker' | undefined;
  /** Whether bubblewrap works for this user. */
  readonly bubblewrap: boolean;
  /** Processor cores and memory that programs may have, whatever else bounds this process. */
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Other people (a count) of whom something runs here just now. */
  readonly others: number;
  /** What is here and does not work, a sentence each. */
  readonly troubles: readonly string[];
}
