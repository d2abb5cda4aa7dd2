import { Heap } from './heap.ts';
import type { Need } from './need.ts';
import type { TaskKey } from './rows.ts';

/** Tasks of a job that wait: those that were never tried from `next` to `last`, and some to be tried again. */
export interface Waiting {
  readonly job: number;
  readonly need: Need;
  readonly priority: number;
  readonly next: number;
  readonly last: number;
  readonly again: readonly number[];
}

/** Tasks of one job with one need. */
interface Bundle {
  readonly job: number;
  readonly line: Line;
  readonly priority: number;
  next: number;
  last: number;
  readonly again: number[];
}

/** Bundles of one need: what fits one of them fits all. */
interface Line {
  readonly need: Need;
  readonly bundles: Heap<Bundle>;
  /** How many bundles are not empty: one that is leaves the heap only when it is on top. */
  alive: number;
  /** The bundle by which the line is up for its owner. */
  shown: Bundle | undefined;
  /** Whether no node had room for it when it was looked at last. */
  stuck: boolean;
}

/** A line as it stood when it was put up; it counts only while its first bundle is still that one. */
interface Entry {
  readonly line: Line;
  readonly bundle: Bundle;
}

/** A task and where it goes. */
export interface Pick<N> extends TaskKey {
  readonly need: Need;
  readonly node: N;
}

/**
 * What waits for a node. Within an owner the higher priority comes first, then the older job; between owners the one
 * that has used less. Jobs of one need stand in one line: where its first finds no room, none behind it is looked at,
 * and not again before a node that fits has room, so that a task costs the same however many wait.
 */
export class Queue {
  readonly #lines = new Map<string, Line>();
  /** By job: nearly always one, so that a list takes the least memory. */
  readonly #bundles = new Map<number, Bundle[]>();
  readonly #ready = new Map<string, Heap<Entry>>();
  readonly #stuck = new Set<Line>();

  /** How many jobs have tasks that wait. */
  get jobs(): number {
    return this.#bundles.size;
  }

  /** How many different needs wait. */
  get needs(): number {
    return this.#lines.size;
  }

  add({ job, need, priority, next, last, again }: Waiting): void {
    const known = this.#bundles.get(job)?.find(({ line }) => line.need.key === need.key);
    if (known === undefined) {
      if (next > last && again.length === 0) return;
      this.#put({ job, line: this.#lineOf(need), priority, next, last, again: [...again] });
      return;
    }
    known.again.push(...again);
    if (next <= last) [known.next, known.last] = [next, last];
    this.#show(known.line);
  }

  /** Nothing of a job waits any more. */
  remove(job: number): void {
    for (const bundle of [...(this.#bundles.get(job) ?? [])]) {
      [bundle.next, bundle.last, bundle.again.length] = [1, 0, 0];
      this.#settle(bundle);
      this.#show(bundle.line);
    }
  }

  /** What waits of a job: what its tasks need, one for each need. */
  needsOf(job: number): readonly Need[] {
    return (this.#bundles.get(job) ?? []).map(({ line }) => line.need);
  }

  /** There is more room than there was: what `fits` is looked at again. */
  wake(fits: (need: Need) => boolean): void {
    for (const line of this.#stuck) {
      if (!fits(line.need)) continue;
      this.#stuck.delete(line);
      line.stuck = false;
      this.#show(line);
    }
  }

  /**
   * The next task and a node for it; nothing where no task that waits has room anywhere.
   *
   * @param usage of an owner, what it has used
   * @param place of a need, a node that has room for it just now
   */
  pick<N>(usage: (owner: string) => number, place: (need: Need) => N | undefined): Pick<N> | undefined {
    for (;;) {
      const ready = this.#leastUsed(usage);
      const entry = ready && first(ready);
      if (ready === undefined || entry === undefined) return undefined;
      takeFirst(ready);
      const { line, bundle } = entry;
      const node = place(line.need);
      if (node === undefined) {
        line.stuck = true;
        this.#stuck.add(line);
        continue;
      }
      const number = bundle.again.shift() ?? bundle.next++;
      const { job } = bundle;
      this.#settle(bundle);
      this.#show(line);
      return { job, number, need: line.need, node };
    }
  }

  #leastUsed(usage: (owner: string) => number): Heap<Entry> | undefined {
    let least: { readonly used: number; readonly ready: Heap<Entry> } | undefined;
    for (const [owner, ready] of this.#ready) {
      if (first(ready) === undefined) {
        this.#ready.delete(owner);
        continue;
      }
      const used = usage(owner);
      if (least === undefined || used < least.used) least = { used, ready };
    }
    return least?.ready;
  }

  #lineOf(need: Need): Line {
    const known = this.#lines.get(need.key);
    if (known !== undefined) return known;
    const line: Line = { need, bundles: new Heap(comesBefore), alive: 0, shown: undefined, stuck: false };
    this.#lines.set(need.key, line);
    return line;
  }

  #put(bundle: Bundle): void {
    const { job, line } = bundle;
    const ofJob = this.#bundles.get(job);
    if (ofJob === undefined) this.#bundles.set(job, [bundle]);
    else ofJob.push(bundle);
    line.bundles.add(bundle);
    line.alive += 1;
    this.#show(line);
  }

  /** Takes a bundle out that is empty; it leaves the heap when it is on top. */
  #settle(bundle: Bundle): void {
    const { job, line } = bundle;
    if (!isEmpty(bundle)) return;
    const ofJob = this.#bundles.get(job);
    const at = ofJob?.indexOf(bundle) ?? -1;
    if (ofJob === undefined || at === -1) return;
    ofJob.splice(at, 1);
    if (ofJob.length === 0) this.#bundles.delete(job);
    line.alive -= 1;
    if (line.alive > 0) return;
    this.#lines.delete(line.need.key);
    this.#stuck.delete(line);
  }

  /** Puts a line up for its owner, by the first that waits in it. */
  #show(line: Line): void {
    const bundle = firstOf(line);
    if (bundle === undefined || line.stuck || line.shown === bundle) return;
    const { owner } = line.need;
    const ready = this.#ready.get(owner) ?? new Heap<Entry>((a, b) => comesBefore(a.bundle, b.bundle));
    this.#ready.set(owner, ready);
    ready.add({ line, bundle });
    line.shown = bundle;
  }
}

/** The first entry that still counts; those that do not are thrown away. */
function first(ready: Heap<Entry>): Entry | undefined {
  for (;;) {
    const entry = ready.first;
    if (entry === undefined) return undefined;
    if (!entry.line.stuck && firstOf(entry.line) === entry.bundle) return entry;
    takeFirst(ready);
  }
}

function takeFirst(ready: Heap<Entry>): void {
  const entry = ready.take();
  if (entry !== undefined && entry.line.shown === entry.bundle) entry.line.shown = undefined;
}

function firstOf({ bundles }: Line): Bundle | undefined {
  while (bundles.first !== undefined && isEmpty(bundles.first)) bundles.take();
  return bundles.first;
}

function isEmpty({ next, last, again }: Bundle): boolean {
  return next > last && again.length === 0;
}

function comesBefore(a: Bundle, b: Bundle): boolean {
  return a.priority === b.priority ? a.job < b.job : a.priority > b.priority;
}
