import type { Amounts } from './assignment.ts';

/** What takes room on a node, and by when it has ended, in milliseconds since 1970; undefined where nobody knows. */
export interface Taken {
  readonly amounts: Amounts;
  readonly endsBy: number | undefined;
}

/** A node without room for a task that fits it. */
export interface FullNode {
  readonly resource: string;
  /** What there is of each amount. */
  readonly total: Amounts;
  /** What the task would take. */
  readonly amounts: Amounts;
  readonly taken: readonly Taken[];
}

/**
 * Whether the end of no one task makes room: as long as smaller ones come, each takes the place of one that has ended,
 * and there is never room. A task for which one end is enough gets its turn when that comes.
 */
export function isPassedBy(node: FullNode): boolean {
  const { taken } = node;
  const left = leftOf(node);
  return taken.length > 0 && !taken.some((gone) => left.fitsWithout(gone.amounts));
}

/** When there is room at the latest if nothing more comes, in milliseconds since 1970; Infinity where nobody knows. */
export function freeBy(node: FullNode): number {
  const left = leftOf(node);
  if (left.fitsWithout(none)) return 0;
  for (const one of node.taken.toSorted((a, b) => endOf(a) - endOf(b))) {
    left.give(one.amounts);
    if (left.fitsWithout(none)) return endOf(one);
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * The node to keep for a task: of those that smaller tasks would keep full, the one that is free first. Nothing where the
 * end of one task makes room on any.
 */
export function nodeToKeep(
  nodes: readonly FullNode[],
): { readonly resource: string; readonly freeBy: number } | undefined {
  if (!nodes.every(isPassedBy)) return undefined;
  let best: { readonly resource: string; readonly freeBy: number; readonly tasks: number } | undefined;
  for (const node of nodes) {
    const one = { resource: node.resource, freeBy: freeBy(node), tasks: node.taken.length };
    if (
      best === undefined ||
      one.freeBy < best.freeBy ||
      (one.freeBy === best.freeBy && one.tasks < best.tasks)
    )
      best = one;
  }
  return best;
}

function endOf({ endsBy }: Taken): number {
  return endsBy ?? Number.POSITIVE_INFINITY;
}

/** What a node lacks for a task, amount by amount: below 0 where there is more than enough. Only what the task takes counts. */
function leftOf({ total, amounts, taken }: FullNode) {
  const lacking = new Map<string, { by: number; tolerance: number }>();
  for (const [name, amount] of amounts) {
    const most = total.get(name);
    if (most === undefined) continue;
    const sum = taken.reduce((all, one) => all + (one.amounts.get(name) ?? 0), amount);
    lacking.set(name, { by: sum - most, tolerance: most * tolerance });
  }
  return {
    /** Whether the task fits once these amounts are given back. */
    fitsWithout(gone: Amounts): boolean {
      for (const [name, one] of lacking) if (one.by - (gone.get(name) ?? 0) > one.tolerance) return false;
      return true;
    },
    give(gone: Amounts): void {
      for (const [name, one] of lacking) one.by -= gone.get(name) ?? 0;
    },
  };
}

const none: Amounts = new Map();

/** Fractions of a processor add up to a whole that is not quite one. */
const tolerance = 1e-9;
