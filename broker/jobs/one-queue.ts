import { resourceOf } from '../agents/agent-names.ts';
import type { Node } from './agent-node.ts';
import type { Besides } from './node.ts';
import type { TaskRow } from './rows.ts';

/** What an agent that is not there may yet have in its queue: when each has ended at the latest, as far as that is known. */
interface Left {
  /** Undefined where it is not known which queue that is. */
  readonly queue: string | undefined;
  readonly ends: readonly (number | null)[];
}

/**
 * Which agents give tasks to one queue: those of one resource that say so. What they have there counts together, also of one
 * of which nothing is heard, for its jobs go on.
 */
export class OneQueue {
  readonly #now: () => number;
  /** Those that are there, by resource. */
  readonly #there = new Map<string, Set<Node>>();
  /** What those had that are not, by resource and agent. */
  readonly #left = new Map<string, Map<string, Left>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The other agents of the queue of a node that are there. */
  *others(node: Node): Generator<Node> {
    const queue = node.facts?.powers.queue;
    if (queue === undefined) return;
    for (const one of this.#there.get(resourceOf(node.resource)) ?? [])
      if (one !== node && one.facts?.powers.queue === queue) yield one;
  }

  /** The agents that are there of the resource of an agent. */
  of(agent: string): Iterable<Node> {
    return this.#there.get(resourceOf(agent)) ?? [];
  }

  besides(node: Node): Besides {
    let [held, running, mostTasks] = [0, this.#runningOfLeft(node), Number.POSITIVE_INFINITY];
    for (const { occupancy } of this.others(node)) {
      held += occupancy.held;
      running += occupancy.running;
      mostTasks = Math.min(mostTasks, occupancy.capacity.mostTasks);
    }
    return { held, running, mostTasks };
  }

  came(node: Node): void {
    const resource = resourceOf(node.resource);
    this.#there.set(resource, (this.#there.get(resource) ?? new Set()).add(node));
  }

  /** Nothing is heard of an agent any more, or it begins anew: what it had running may be there yet. */
  went(node: Node): void {
    const resource = resourceOf(node.resource);
    const there = this.#there.get(resource);
    if (there?.delete(node) && there.size === 0) this.#there.delete(resource);
    if (!node.isKnown || node.facts?.powers.queueMs === undefined) return;
    const ends = Array.from(node.occupancy.started(), (attempt) => node.ends.get(attempt) ?? null);
    this.#leave(node.resource, { queue: node.facts.powers.queue, ends });
  }

  /** The store says that agents have these running: what those have that are not there counts. */
  started(tasks: readonly Pick<TaskRow, 'resource' | 'leaseUntil'>[]): void {
    for (const [agent, all] of Map.groupBy(tasks, ({ resource }) => resource)) {
      const isThere = [...this.of(agent)].some(({ resource }) => resource === agent);
      if (!isThere) this.#leave(agent, { queue: undefined, ends: all.map(({ leaseUntil }) => leaseUntil) });
    }
  }

  /** An agent has said what it has, or is none any more. */
  forget(agent: string): void {
    const resource = resourceOf(agent);
    const left = this.#left.get(resource);
    if (left?.delete(agent) && left.size === 0) this.#left.delete(resource);
  }

  #leave(agent: string, left: Left): void {
    const resource = resourceOf(agent);
    this.#left.set(resource, (this.#left.get(resource) ?? new Map<string, Left>()).set(agent, left));
  }

  #runningOfLeft(node: Node): number {
    const now = this.#now();
    let running = 0;
    for (const [agent, { queue, ends }] of this.#left.get(resourceOf(node.resource)) ?? []) {
      if (agent === node.resource || (queue !== undefined && queue !== node.facts?.powers.queue)) continue;
      for (const end of ends) if (end === null || end > now) running += 1;
    }
    return running;
  }
}
