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
  again: number[] | undefined;
}

/** Bundles of one need: what fits one of them fits all. Most needs are of one bundle, for which no heap is made. */
interface Line {
  readonly need: Need;
  only: Bundle | undefined;
  bundles: Heap<Bundle> | undefined;
  /** How many bundles are not empty: one that is leaves the heap only when it is on top. */
  alive: number;
  /** The bundle by which the line is up for its owner. */
  shown: Bundle | undefined;
  /** Whether no node had room for it when it was looked at last. */
  stuck: boolean;
  /** Since when none had, in whole seconds since 1970; 0 where one had when it was looked at last. */
  since: number;
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
  /** By job: nearly always one, for which no list is made. */
  readonly #bundles = new Map<number, Bundle | readonly Bundle[]>();
  /** By owner, lines by the bundle that was first when they were put up; it counts only while it still is. */
  readonly #ready = new Map<string, Heap<Bundle>>();
  readonly #stuck = new Set<Line>();

  /** How many jobs have tasks that wait. */
  get jobs(): number {
    return this.#bundles.size;
  }

  /** How many different needs wait. */
  get needs(): number {
    return this.#lines.size;
  }

  /** Tasks of a job wait. Those that were never tried come in their order: more of them follow those that wait. */
  add({ job, need, priority, next, last, again }: Waiting): void {
    const known = this.#of(job).find(({ line }) => line.need.key === need.key);
    if (known === undefined) {
      if (next > last && again.length === 0) return;
      const own = again.length === 0 ? undefined : [...again];
      this.#put({ job, line: this.#lineOf(need), priority, next, last, again: own });
      return;
    }
    if (again.length > 0) {
      known.again ??= [];
      known.again.push(...again);
    }
    if (next <= last) {
      if (known.next > known.last) known.next = next;
      known.last = last;
    }
    this.#show(known.line);
  }

  /** Nothing of a job waits any more. */
  remove(job: number): void {
    for (const bundle of this.#of(job)) {
      [bundle.next, bundle.last, bundle.again] = [1, 0, undefined];
      this.#settle(bundle);
      this.#show(bundle.line);
    }
  }

  /** What waits of a job: what its tasks need, one for each need. */
  needsOf(job: number): readonly Need[] {
    return this.#of(job).map(({ line }) => line.need);
  }

  /** The need with this key that others wait with, so that those who need the same hold on to one. */
  needLike(key: string): Need | undefined {
    return this.#lines.get(key)?.need;
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
   * @param place of a need, a node that has room for it just now; it is told since when there was none, in milliseconds,
   *   and the job, on which it depends which node but not whether there is one
   * @param now in milliseconds since 1970
   */
  pick<N>(
    usage: (owner: string) => number,
    place: (need: Need, since: number, job: number) => N | undefined,
    now: number,
  ): Pick<N> | undefined {
    for (;;) {
      const ready = this.#leastUsed(usage);
      const bundle = ready && first(ready);
      if (ready === undefined || bundle === undefined) return undefined;
      takeFirst(ready);
      const { line } = bundle;
      const node = place(line.need, line.since === 0 ? now : line.since * 1000, bundle.job);
      if (node === undefined) {
        if (line.since === 0) line.since = Math.ceil(now / 1000);
        line.stuck = true;
        this.#stuck.add(line);
        continue;
      }
      line.since = 0;
      const number = bundle.again?.shift() ?? bundle.next++;
      const { job } = bundle;
      this.#settle(bundle);
      this.#show(line);
      return { job, number, need: line.need, node };
    }
  }

  #of(job: number): readonly Bundle[] {
    const known = this.#bundles.get(job);
    if (known === undefined) return [];
    return 'line' in known ? [known] : known;
  }

  #leastUsed(usage: (owner: string) => number): Heap<Bundle> | undefined {
    let least: { readonly used: number; readonly ready: Heap<Bundle> } | undefined;
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
    const nobody = { only: undefined, bundles: undefined, shown: undefined };
    const line: Line = { need, ...nobody, alive: 0, stuck: false, since: 0 };
    this.#lines.set(need.key, line);
    return line;
  }

  #put(bundle: Bundle): void {
    const { job, line } = bundle;
    const others = this.#of(job);
    this.#bundles.set(job, others.length === 0 ? bundle : [...others, bundle]);
    join(line, bundle);
    line.alive += 1;
    this.#show(line);
  }

  /** Takes a bundle out that is empty; it leaves the heap when it is on top. */
  #settle(bundle: Bundle): void {
    const { job, line } = bundle;
    if (!isEmpty(bundle)) return;
    const ofJob = this.#of(job);
    if (!ofJob.includes(bundle)) return;
    const [other, ...others] = ofJob.filter((one) => one !== bundle);
    if (other === undefined) this.#bundles.delete(job);
    else this.#bundles.set(job, others.length === 0 ? other : [other, ...others]);
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
    const ready = this.#ready.get(owner) ?? new Heap<Bundle>(comesBefore);
    this.#ready.set(owner, ready);
    ready.add(bundle);
    line.shown = bundle;
  }
}

/** The first that still counts; those that do not are thrown away. */
function first(ready: Heap<Bundle>): Bundle | undefined {
  for (;;) {
    const bundle = ready.first;
    if (bundle === undefined) return undefined;
    if (!bundle.line.stuck && firstOf(bundle.line) === bundle) return bundle;
    takeFirst(ready);
  }
}

function takeFirst(ready: Heap<Bundle>): void {
  const bundle = ready.take();
  if (bundle !== undefined && bundle.line.shown === bundle) bundle.line.shown = undefined;
}

function join(line: Line, bundle: Bundle): void {
  if (line.bundles === undefined && (line.only === undefined || isEmpty(line.only))) {
    line.only = bundle;
    return;
  }
  line.bundles ??= new Heap(comesBefore);
  if (line.only !== undefined) line.bundles.add(line.only);
  line.only = undefined;
  line.bundles.add(bundle);
}

function firstOf({ only, bundles }: Line): Bundle | undefined {
  if (bundles === undefined) return only === undefined || isEmpty(only) ? undefined : only;
  while (bundles.first !== undefined && isEmpty(bundles.first)) bundles.take();
  return bundles.first;
}

function isEmpty({ next, last, again }: Bundle): boolean {
  return next > last && (again === undefined || again.length === 0);
}

function comesBefore(a: Bundle, b: Bundle): boolean {
  return a.priority === b.priority ? a.job < b.job : a.priority > b.priority;
}
