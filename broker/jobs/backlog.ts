import type { UnderWay } from './attempts.ts';
import type { Changes } from './moving.ts';
import { type Need, type NeedReader, needBut } from './need.ts';
import { type Pick, Queue } from './queue.ts';
import { isOnNode, type JobRow } from './rows.ts';
import { decayed, type Used } from './usage.ts';

/** What is kept in memory of a job that is not over. */
interface Known {
  readonly id: string;
  readonly owner: string;
  readonly priority: number;
  readonly need: Need;
}

/** A need of which jobs are, and how many of them. */
interface Shared {
  readonly need: Need;
  jobs: number;
}

export interface BacklogRules {
  readonly halfLifeMs: number;
  /** How long a task is taken to run, as long as nobody knows, in milliseconds. */
  readonly assumedMs: number;
}

/** What waits for nodes, and what its owners have used: the same as the store holds, ready for the next choice. */
export class Backlog {
  readonly #rules: BacklogRules;
  readonly #reader: NeedReader;
  #queue = new Queue();
  #jobs = new Map<number, Known>();
  #numbers = new Map<string, number>();
  #needs = new Map<string, Shared>();
  #used = new Map<string, Used>();
  /** By owner, the processors of tasks that nodes have in their hands. */
  #onNodes = new Map<string, number>();

  constructor(rules: BacklogRules, reader: NeedReader) {
    this.#rules = rules;
    this.#reader = reader;
  }

  /** Takes all up that is under way, instead of what was known. */
  load({ jobs, tasks, used }: UnderWay): void {
    this.#queue = new Queue();
    this.#jobs = new Map();
    this.#numbers = new Map();
    this.#needs = new Map();
    this.#onNodes = new Map();
    this.#used = new Map(used);
    for (const job of jobs) this.add(job);
    for (const { job, number, state, refused } of tasks) {
      if (state === 'matching') this.#again(job, number, refused);
      else this.#carry(job, 1);
    }
  }

  /** A job is queued. */
  add(row: JobRow): void {
    const { job, id, owner, priority, next, tasks, cancelMs } = row;
    if (this.#jobs.has(job)) return;
    const need = this.#share(this.#reader.of(row));
    this.#jobs.set(job, { id, owner, priority, need });
    this.#numbers.set(id, job);
    if (cancelMs === null) this.#queue.add({ job, need, priority, next, last: tasks, again: [] });
  }

  /** Follows what a verb has changed. */
  follow({ moved, ended, used }: Changes): void {
    for (const { job, number, before, after, refused } of moved) {
      this.#carry(job, Number(isOnNode(after)) - Number(isOnNode(before)));
      if (after === 'matching') this.#again(job, number, refused);
    }
    for (const job of ended) this.#forget(job);
    for (const [owner, amount] of used) this.#used.set(owner, amount);
  }

  /** Nothing of a job is to start any more. */
  stop(job: number): void {
    this.#queue.remove(job);
  }

  /** What the tasks of a job need; nothing of a job that is over. */
  needOf(job: number): Need | undefined {
    return this.#jobs.get(job)?.need;
  }

  /** What a task needs, by its id as agents know it. */
  needOfTask(task: string): Need | undefined {
    const job = this.#numbers.get(task.slice(0, task.lastIndexOf('.')));
    return job === undefined ? undefined : this.needOf(job);
  }

  /** What those of its tasks need that wait. */
  waiting(job: number): readonly Need[] {
    return this.#queue.needsOf(job);
  }

  wake(fits: (need: Need) => boolean): void {
    this.#queue.wake(fits);
  }

  /**
   * A way to pick tasks one after another, at a moment: what was picked counts for its owner at once. `place` finds a
   * node with room for a need.
   */
  picker<N>(now: number, place: (need: Need) => N | undefined): () => Pick<N> | undefined {
    const { halfLifeMs, assumedMs } = this.#rules;
    const usage = new Map<string, number>();
    const usageOf = (owner: string): number => {
      const known = usage.get(owner);
      if (known !== undefined) return known;
      const used = this.#used.get(owner);
      const before = used === undefined ? 0 : decayed(used, now, halfLifeMs);
      const all = before + ((this.#onNodes.get(owner) ?? 0) * assumedMs) / 1000;
      usage.set(owner, all);
      return all;
    };
    return () => {
      const pick = this.#queue.pick(usageOf, place);
      if (pick === undefined) return undefined;
      const { owner } = pick.need;
      usage.set(owner, usageOf(owner) + (cpusOf(pick.need) * assumedMs) / 1000);
      return pick;
    };
  }

  #again(job: number, number: number, refused: string | null): void {
    const known = this.#jobs.get(job);
    if (known === undefined) return;
    const not = refused === null ? [] : (JSON.parse(refused) as string[]);
    const need = needBut(known.need, not);
    this.#queue.add({ job, need, priority: known.priority, next: 1, last: 0, again: [number] });
  }

  #carry(job: number, sign: number): void {
    const known = this.#jobs.get(job);
    if (known === undefined || sign === 0) return;
    this.#onNodes.set(known.owner, (this.#onNodes.get(known.owner) ?? 0) + sign * cpusOf(known.need));
  }

  #forget(job: number): void {
    const known = this.#jobs.get(job);
    if (known === undefined) return;
    this.#queue.remove(job);
    this.#jobs.delete(job);
    this.#numbers.delete(known.id);
    const shared = this.#needs.get(known.need.key);
    if (shared === undefined) return;
    shared.jobs -= 1;
    if (shared.jobs === 0) this.#needs.delete(known.need.key);
  }

  /** Jobs that need the same hold on to one need. */
  #share(need: Need): Need {
    const shared = this.#needs.get(need.key) ?? { need, jobs: 0 };
    shared.jobs += 1;
    this.#needs.set(need.key, shared);
    return shared.need;
  }
}

/** What a task takes of processors at least. */
export function cpusOf({ takes }: Need): number {
  return takes.find(({ name }) => name === 'cpus')?.from ?? 1;
}
