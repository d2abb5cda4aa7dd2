import { resourceOf } from '../agents/agent-names.ts';
import type { Node } from './agent-node.ts';
import type { Besides } from './node.ts';
import type { TaskRow } from './rows.ts';

/** By attempt, or what else each is known by: null of one of which nobody knows. */
type Ends = ReadonlyMap<string | number, number | null>;

/** What an agent that is not there may yet have in its queue: when each has ended at the latest, as far as that is known. */
interface Left {
  /** Undefined where it is not known which queue that is. */
  readonly queue: string | undefined;
  readonly ends: Ends;
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
    const attempts = [...node.occupancy.started()];
    const ends = new Map(attempts.map((attempt) => [attempt, node.ends.get(attempt) ?? null]));
    this.#leave(node.resource, { queue: node.facts.powers.queue, ends });
  }

  /** The store says that agents have these running: what those have that are not there counts. */
  started(tasks: readonly Pick<TaskRow, 'resource' | 'leaseUntil'>[]): void {
    for (const [agent, all] of Map.groupBy(tasks, ({ resource }) => resource)) {
      const isThere = [...this.of(agent)].some(({ resource }) => resource === agent);
      const ends = new Map(all.map(({ leaseUntil }, index) => [index, leaseUntil]));
      if (!isThere) this.#leave(agent, { queue: undefined, ends });
    }
  }

  /** When the next of what an agent had is over that is not there. */
  nextEnd(agent: string): number | undefined {
    const now = this.#now();
    let next: number | undefined;
    for (const end of this.#left.get(resourceOf(agent))?.get(agent)?.ends.values() ?? [])
      if (end !== null && end > now && (next === undefined || end < next)) next = end;
    return next;
  }

  /** An agent has said what it has: what it was let start before ends when it would have. */
  known(node: Node): void {
    const { ends } = this.#left.get(resourceOf(node.resource))?.get(node.resource) ?? {};
    for (const attempt of node.occupancy.started()) {
      const end = ends?.get(attempt) ?? undefined;
      if (end !== undefined && !node.ends.has(attempt)) node.ends.set(attempt, end);
    }
    this.forget(node.resource);
  }

  /** An agent is none any more. */
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
      for (const end of ends.values()) if (end === null || end > now) running += 1;
    }
    return running;
  }
}
