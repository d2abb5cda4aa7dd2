import type { Node } from './agent-node.ts';
import type { Amounts } from './assignment.ts';
import type { Fleet } from './fleet.ts';
import type { Need } from './need.ts';

/** An attempt that a node holds, cannot begin yet, and another could begin at once. */
export interface Movable {
  /** Its id, as agents know it. */
  readonly task: string;
  readonly attempt: number;
  readonly resource: string;
}

/** Under no such name does an attempt take room. */
const placeholder = '#to move ';

/**
 * What busy nodes hold that would start at once on nodes that are free, at most `most`: of each node what came last
 * first, for the rest is to start there sooner. It takes no more room together than there is.
 */
export function movableOf(
  fleet: Fleet,
  needOf: (task: string) => Need | undefined,
  { now, most }: { readonly now: number; readonly most: number },
): readonly Movable[] {
  const nodes = [...fleet.all];
  if (nodes.length < 2 || !nodes.some((node) => node.isOpen && node.occupancy.isIdle)) return [];
  const movable: Movable[] = [];
  const taken: { readonly node: Node; readonly name: string }[] = [];
  const hopeless = new Set<string>(); // needs for which there is no room, nor will be before this is over
  for (const node of nodes)
    for (const name of [...node.occupancy.waiting()].reverse()) {
      if (movable.length >= most) break;
      const [task = '', attempt] = name.split(' ');
      const need = needOf(task);
      if (need === undefined || hopeless.has(need.key)) continue;
      const place = placeNow(fleet, need, node, now);
      if (place === undefined) {
        hopeless.add(need.key);
        continue;
      }
      movable.push({ task, attempt: Number(attempt), resource: node.resource });
      taken.push({ node: place.node, name: `${placeholder}${name}` });
      place.node.occupancy.put(`${placeholder}${name}`, place.amounts, 'held', need);
    }
  for (const { node, name } of taken) node.occupancy.remove(name);
  return movable;
}

/** Where a task would start at once that another node has. */
function placeNow(
  fleet: Fleet,
  need: Need,
  not: Node,
  now: number,
): { readonly node: Node; readonly amounts: Amounts } | undefined {
  for (const { node, room, amounts } of fleet.candidates(need, now))
    if (room === 'now' && node !== not) return { node, amounts };
  return undefined;
}
