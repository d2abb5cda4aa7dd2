import type { Ending, TaskLimits } from '../messages.ts';
import { type Members, membersOf, type Process } from './usage.ts';

/** What the system tells of processes. */
export interface Processes {
  all(): readonly Process[];
  /** Bytes of memory that a process has; what several share counts once for each. */
  residentBytes(pid: number): number;
  /** The same with what is shared split among those that share it: exact, and dear. */
  fairBytes(pid: number): number;
}

export interface Bounded {
  /** The process of the program, which leads its group. */
  readonly leader: number;
  readonly limits: TaskLimits;
  /** Told at each look at which more is used than may be. */
  readonly over: (why: Ending) => void;
}

/** Looks every so often at the memory and the processes of the tasks that have bounds on them, at all tasks in one look. */
export class Sampler {
  readonly #processes: Processes;
  readonly #everyMs: number;
  readonly #watched = new Map<Bounded, Members>();
  #timer: NodeJS.Timeout | undefined;

  constructor(processes: Processes, everyMs: number) {
    this.#processes = processes;
    this.#everyMs = everyMs;
  }

  /** Watches a task until what is returned is called. */
  watch(bounded: Bounded): () => void {
    const { memoryBytes, processes } = bounded.limits;
    if (memoryBytes === 0 && processes === 0) return () => {};
    this.#watched.set(bounded, new Map());
    this.#timer ??= setInterval(() => this.look(), this.#everyMs);
    return () => {
      this.#watched.delete(bounded);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  look(): void {
    const all = this.#processes.all();
    for (const [bounded, before] of this.#watched) {
      const members = membersOf(bounded.leader, before, all);
      this.#watched.set(bounded, members);
      const why = this.#passed(bounded.limits, [...members.keys()]);
      if (why !== undefined) bounded.over(why);
    }
  }

  #passed({ memoryBytes, processes }: TaskLimits, pids: readonly number[]): Ending | undefined {
    if (processes !== 0 && pids.length > processes) return 'limit-processes';
    const over = (bytesOf: (pid: number) => number) =>
      pids.reduce((sum, pid) => sum + bytesOf(pid), 0) > memoryBytes;
    const { residentBytes, fairBytes } = this.#processes;
    return memoryBytes !== 0 && over(residentBytes) && over(fairBytes) ? 'limit-memory' : undefined;
  }
}
