import { Heap } from '../jobs/heap.ts';

interface Moment {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly agent: string;
}

/** So many (a count) that are in force no more lie among the others, at most, beyond as many as there are of those. */
const mostStale = 1_000;

/** When something of each node next begins or ends: one moment a node, however often what is held there changes. */
export class Moments {
  readonly #next = new Map<string, number>();
  /** Those, and some that were replaced. */
  #order = inOrder();

  /** What is kept in memory: a count. */
  get size(): number {
    return this.#order.size;
  }

  /** The earliest, in milliseconds since 1970. */
  get first(): number | undefined {
    for (let one = this.#order.first; one !== undefined; one = this.#order.first) {
      if (this.#next.get(one.agent) === one.at) return one.at;
      this.#order.take();
    }
    return undefined;
  }

  /** Says anew when something next happens on a node; undefined where nothing does. */
  set(agent: string, at: number | undefined): void {
    if (this.#next.get(agent) === at) return;
    if (at === undefined) {
      this.#next.delete(agent);
      return;
    }
    this.#next.set(agent, at);
    this.#order.add({ at, agent });
    if (this.#order.size <= 2 * this.#next.size + mostStale) return;
    this.#order = inOrder();
    for (const [name, moment] of this.#next) this.#order.add({ at: moment, agent: name });
  }

  /** Takes those that have come by `now`; returns of which nodes they are. */
  take(now: number): Set<string> {
    const agents = new Set<string>();
    for (let at = this.first; at !== undefined && at <= now; at = this.first) {
      const agent = this.#order.take()?.agent ?? '';
      this.#next.delete(agent);
      agents.add(agent);
    }
    return agents;
  }
}

function inOrder(): Heap<Moment> {
  return new Heap((a, b) => a.at < b.at);
}
