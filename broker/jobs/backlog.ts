import { AtOnce } from './at-once.ts';
import type { UnderWay } from './attempts.ts';
import { type LargeInputs, LargeInputsReader } from './large-inputs.ts';
import type { Changes } from './moving.ts';
import { type Need, type NeedReader, needBut } from './need.ts';
import { type Pick, Queue } from './queue.ts';
import { isOnNode, type JobRow, type TaskKey } from './rows.ts';
import { decayed, type Used } from './usage.ts';

/** What is kept in memory of a job that is not over. */
interface Known {
  readonly id: string;
  readonly priority: number;
  readonly need: Need;
  /** As its row has them. */
  readonly largeInputs: string | null;
}

export interface BacklogRules {
  readonly halfLifeMs: number;
  /** How long a task is taken to run, as long as nobody knows, in milliseconds. */
  readonly assumedMs: number;
}

/** Largest inputs of jobs (a count) that are kept read. */
const inputsKept = 1_000;

/** What waits for nodes, and what its owners have used: the same as the store holds, ready for the next choice. */
export class Backlog {
  readonly #rules: BacklogRules;
  readonly #reader: NeedReader;
  readonly #inputs = new LargeInputsReader(inputsKept);
  #queue = new Queue();
  #jobs = new Map<number, Known>();
  /** Of jobs of which a task was tried, by id. */
  #numbers = new Map<string, number>();
  #used = new Map<string, Used>();
  #atOnce = new AtOnce();
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
    this.#onNodes = new Map();
    this.#used = new Map(used);
    this.#atOnce = new AtOnce();
    for (const job of jobs) this.#add(job);
    for (const { job, number, state, refused } of tasks) {
      if (state === 'matching') this.#again(job, number, refused);
      else {
        this.#carry(job, 1);
        this.#atOnce.has(job);
      }
    }
    for (const { job } of jobs) this.#fill(job);
  }

  /** A job is queued; one that waits for others is taken up when it waits no more. */
  add(row: JobRow): void {
    if (this.#jobs.has(row.job)) return;
    this.#add(row);
    this.#fill(row.job);
  }

  #add(row: JobRow): void {
    const { job, id, priority, next, tasks, atOnce, waits, cancelMs, closed, largeInputs } = row;
    if (waits !== 0) return;
    const own = this.#reader.of(row);
    const need = this.#queue.needLike(own.key) ?? own;
    this.#jobs.set(job, { id, priority, need, largeInputs });
    if (next > 1) this.#numbers.set(id, job);
    if (cancelMs !== null || closed !== null) return;
    if (atOnce !== null && atOnce < tasks) this.#atOnce.add(job, { atOnce, next, tasks });
    else this.#queue.add({ job, need, priority, next, last: tasks, again: [] });
  }

  /** Follows what a verb has changed. */
  follow({ moved, ended, used }: Changes): void {
    for (const { job, number, before, after, refused } of moved) {
      if (after === 'held') this.#tried(job);
      this.#carry(job, Number(isOnNode(after)) - Number(isOnNode(before)));
      if (isOnNode(before) && !isOnNode(after)) this.#atOnce.left(job);
      if (after === 'matching') this.#again(job, number, refused);
      if (!isOnNode(after)) this.#fill(job);
    }
    for (const job of ended) this.#forget(job);
    for (const [owner, amount] of used) this.#used.set(owner, amount);
  }

  /** Nothing of a job is to start any more. */
  stop(job: number): void {
    this.#queue.remove(job);
    this.#atOnce.remove(job);
  }

  /** What the tasks of a job need; nothing of a job that is over. */
  needOf(job: number): Need | undefined {
    return this.#jobs.get(job)?.need;
  }

  /** What tasks of a job take along that is large; nothing where nothing is. */
  inputsOf(job: number): LargeInputs | undefined {
    const text = this.#jobs.get(job)?.largeInputs ?? null;
    return text === null ? undefined : this.#inputs.of(text);
  }

  /** What a task needs, by its id as agents know it. */
  needOfTask(task: string): Need | undefined {
    const key = this.keyOf(task);
    return key && this.needOf(key.job);
  }

  /** Which task has this id, of those that are known. */
  keyOf(task: string): TaskKey | undefined {
    const at = task.lastIndexOf('.');
    const job = this.#numbers.get(task.slice(0, at));
    return job === undefined ? undefined : { job, number: Number(task.slice(at + 1)) };
  }

  /** What those of its tasks need that wait. */
  waiting(job: number): readonly Need[] {
    return this.#queue.needsOf(job);
  }

  /** How many of its tasks nodes may have at once, where they have as many and others wait. */
  fullAt(job: number): number | undefined {
    return this.#atOnce.fullAt(job);
  }

  /** Whether tasks wait with the need that has this key. */
  isWaiting(key: string): boolean {
    return this.#queue.needLike(key) !== undefined;
  }

  wake(fits: (need: Need) => boolean): void {
    this.#queue.wake(fits);
  }

  /**
   * A way to pick tasks one after another, at a moment: what was picked counts for its owner at once. `place` finds a
   * node with room for a need, by the inputs of the job.
   */
  picker<N>(
    now: number,
    place: (need: Need, since: number, inputs: LargeInputs | undefined) => N | undefined,
  ): () => Pick<N> | undefined {
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
    const placeOf = (need: Need, since: number, job: number) => place(need, since, this.inputsOf(job));
    return () => {
      const pick = this.#queue.pick(usageOf, placeOf, now);
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
    const put = () =>
      this.#queue.add({ job, need, priority: known.priority, next: 1, last: 0, again: [number] });
    if (this.#atOnce.isLimited(job)) this.#atOnce.again(job, put);
    else put();
  }

  /** Puts up as many tasks of a job as there is room for, where nodes may have only so many at once. */
  #fill(job: number): void {
    const known = this.#jobs.get(job);
    if (known === undefined) return;
    const { need, priority } = known;
    this.#atOnce.fill(job, (next, last) => this.#queue.add({ job, need, priority, next, last, again: [] }));
  }

  #carry(job: number, sign: number): void {
    const known = this.#jobs.get(job);
    if (known === undefined || sign === 0) return;
    const { need } = known;
    this.#onNodes.set(need.owner, (this.#onNodes.get(need.owner) ?? 0) + sign * cpusOf(need));
  }

  #tried(job: number): void {
    const known = this.#jobs.get(job);
    if (known !== undefined) this.#numbers.set(known.id, job);
  }

  #forget(job: number): void {
    const known = this.#jobs.get(job);
    if (known === undefined) return;
    this.#queue.remove(job);
    this.#atOnce.remove(job);
    this.#jobs.delete(job);
    this.#numbers.delete(known.id);
  }
}

/** What a task takes of processors at least. */
export function cpusOf({ takes }: Need): number {
  return takes.find(({ name }) => name === 'cpus')?.from ?? 1;
}
