/** A job of which nodes may have only so many tasks at once. */
interface Limited {
  readonly atOnce: number;
  /** The lowest number of a task that was never tried and is not up to be. */
  next: number;
  readonly last: number;
  /** What puts those up that are to be tried again, and are not yet. */
  readonly again: (() => void)[];
  /** How many are up to be tried, or in the hands of nodes. */
  out: number;
}

/** Lets no more tasks of a job be up for a node than may be with nodes at once. */
export class AtOnce {
  readonly #jobs = new Map<number, Limited>();

  /** Takes up a job, of which nothing is up yet. */
  add(job: number, { atOnce, next, tasks }: Record<'atOnce' | 'next' | 'tasks', number>): void {
    this.#jobs.set(job, { atOnce, next, last: tasks, again: [], out: 0 });
  }

  remove(job: number): void {
    this.#jobs.delete(job);
  }

  isLimited(job: number): boolean {
    return this.#jobs.has(job);
  }

  /** How many may be with nodes at once, where as many are; undefined where there is room, or nothing waits for any. */
  fullAt(job: number): number | undefined {
    const limited = this.#jobs.get(job);
    if (limited === undefined || limited.out < limited.atOnce) return undefined;
    return limited.next <= limited.last || limited.again.length > 0 ? limited.atOnce : undefined;
  }

  /** A task is to be tried again, once there is room: `put` puts it up. */
  again(job: number, put: () => void): void {
    this.#jobs.get(job)?.again.push(put);
  }

  /** A node has a task of it. */
  has(job: number): void {
    const limited = this.#jobs.get(job);
    if (limited !== undefined) limited.out += 1;
  }

  /** A task that was up, or with a node, is so no more. */
  left(job: number): void {
    const limited = this.#jobs.get(job);
    if (limited !== undefined) limited.out -= 1;
  }

  /** Puts up as many as there is room for: those to be tried again first, then some that follow each other. */
  fill(job: number, put: (first: number, last: number) => void): void {
    const limited = this.#jobs.get(job);
    if (limited === undefined) return;
    const room = limited.atOnce - limited.out;
    for (const putAgain of limited.again.splice(0, Math.max(0, room))) {
      limited.out += 1;
      putAgain();
    }
    const first = limited.next;
    const more = Math.min(limited.atOnce - limited.out, limited.last - first + 1);
    if (more <= 0) return;
    limited.next += more;
    limited.out += more;
    put(first, first + more - 1);
  }
}
