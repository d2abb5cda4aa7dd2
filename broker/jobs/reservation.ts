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
export function isPassedBy({ total, amounts, taken }: FullNode): boolean {
  return (
    taken.length > 0 &&
    taken.every(
      (gone) =>
        !fits(
          total,
          amounts,
          taken.filter((one) => one !== gone),
        ),
    )
  );
}

/** When there is room at the latest if nothing more comes, in milliseconds since 1970; Infinity where nobody knows. */
export function freeBy({ total, amounts, taken }: FullNode): number {
  const byEnd = taken.toSorted((a, b) => endOf(a) - endOf(b));
  for (let ended = 0; ended <= byEnd.length; ended += 1)
    if (fits(total, amounts, byEnd.slice(ended))) return ended === 0 ? 0 : endOf(byEnd[ended - 1]!);
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

function fits(total: Amounts, amounts: Amounts, taken: readonly Taken[]): boolean {
  for (const [name, amount] of amounts) {
    const most = total.get(name);
    const sum = taken.reduce((all, one) => all + (one.amounts.get(name) ?? 0), amount);
    if (most !== undefined && sum > most * (1 + tolerance)) return false;
  }
  return true;
}

/** Fractions of a processor add up to a whole that is not quite one. */
const tolerance = 1e-9;
