import { tasksAtOnce } from '../capacity/timeline.ts';
import type { Node } from './agent-node.ts';
import type { Amounts } from './assignment.ts';
import type { Need } from './need.ts';
import type { FullNode } from './reservation.ts';

/** A node that is kept for a task. */
interface Kept {
  readonly key: string;
  readonly owner: string;
  /** When it has room for it at the latest, in milliseconds since 1970; Infinity where nobody knows. */
  readonly freeBy: number;
}

/** Which nodes are kept for tasks that smaller ones would pass by for ever: at most one for each owner. */
export class KeptNodes {
  readonly #marginMs: number;
  readonly #kept = new Map<string, Kept>();

  /** @param marginMs how much longer than its Walltime a task may take a node, in milliseconds */
  constructor(marginMs: number) {
    this.#marginMs = marginMs;
  }

  /** Whether a need may have a node: it is kept for nobody else, or the task has ended before it is wanted. */
  mayHave(resource: string, { key, limitMs }: Need, now: number): boolean {
    const kept = this.#kept.get(resource);
    if (kept === undefined || kept.key === key) return true;
    const endsBy = limitMs === null ? Number.POSITIVE_INFINITY : now + limitMs + this.#marginMs;
    return endsBy <= kept.freeBy && kept.freeBy !== Number.POSITIVE_INFINITY;
  }

  has(resource: string): boolean {
    return this.#kept.has(resource);
  }

  /** Whether one is kept for somebody. */
  isFor(owner: string): boolean {
    for (const kept of this.#kept.values()) if (kept.owner === owner) return true;
    return false;
  }

  /** The node that is kept for a need. */
  of({ key }: Need): string | undefined {
    for (const [resource, kept] of this.#kept) if (kept.key === key) return resource;
    return undefined;
  }

  keep(resource: string, { key, owner }: Need, freeBy: number): void {
    this.#kept.set(resource, { key, owner, freeBy });
  }

  letGo(resource: string): void {
    this.#kept.delete(resource);
  }

  /** Lets go of those that `isWanted` says nobody waits for; returns them. */
  review(isWanted: (resource: string, key: string) => boolean): readonly string[] {
    const gone = [...this.#kept].filter(([resource, { key }]) => !isWanted(resource, key));
    for (const [resource] of gone) this.#kept.delete(resource);
    return gone.map(([resource]) => resource);
  }
}

/** A node as it is where one is to be kept for a need; that it runs so many tasks at once is an amount of it too. */
export function fullNode({ resource, occupancy, ends }: Node, need: Need): FullNode {
  const { total, mostTasks } = occupancy.capacity;
  const counted = (amounts: Amounts) => new Map(amounts).set(tasksAtOnce, 1);
  return {
    resource,
    total: new Map(total).set(tasksAtOnce, mostTasks),
    amounts: counted(occupancy.amountsOf(need)),
    taken: Array.from(occupancy.taking(), ([attempt, amounts]) => ({
      amounts: counted(amounts),
      endsBy: ends.get(attempt),
    })),
  };
}
