import type { Cause } from '../../protocol/why/situation.ts';
import { because } from '../../protocol/why/situations.ts';
import { momentText } from '../../protocol/why/texts.ts';
import type { Node } from './agent-node.ts';
import type { Fleet } from './fleet.ts';
import type { Need } from './need.ts';

/** Why a task with a need waits for a node. */
export function whyWaits(need: Need, fleet: Fleet, now: number): Cause {
  const fitting = fleet.fitting(need);
  const count = fitting.length;
  if (count === 0) return joining(need, fleet) ?? fleet.whyNot(need);
  const nodes = fitting.map((resource) => fleet.get(resource)).filter((node) => node !== undefined);
  const open = nodes.filter(({ isOpen }) => isOpen);
  if (open.length === 0) return whyShut(nodes);
  if (open.every((node) => node.closesBefore(need, now)))
    return because('nodes-close-before', { count, closes: lastClosing(open) });
  const node = fleet.keptFor(need);
  if (node !== undefined) return because('node-kept', { count, node });
  if (fleet.hasRoom(need, now)) return because('being-chosen', { count });
  const hasOwnRoom = open.some(({ occupancy }) => occupancy.roomFor(occupancy.amountsOf(need)) !== 'none');
  if (hasOwnRoom) return because('nodes-reserved', { count });
  return queuesFull(open, count) ?? busy(open, count);
}

/** A node that would do, for all that is known, has begun a session, and nothing of it is known yet. */
function joining({ resources, owner }: Need, fleet: Fleet): Cause | undefined {
  for (const node of fleet.all)
    if (node.facts === undefined && (resources?.includes(node.resource) ?? node.owner === owner))
      return because('node-joining', { node: node.resource });
  return undefined;
}

/** When the last of nodes closes. */
function lastClosing(nodes: readonly Node[]): string {
  return momentText(Math.max(...nodes.flatMap(({ closesAt }) => closesAt ?? [])));
}

/** Why none of those that fit takes new tasks. */
function whyShut(nodes: readonly Node[]): Cause {
  const count = nodes.length;
  if (nodes.every(({ isDraining }) => isDraining)) return because('nodes-take-none', { count });
  const until = nodes.map(({ facts }) => facts?.closedUntilMs).filter((at) => at !== undefined);
  if (until.length > 0) return because('nodes-closed', { count, opens: momentText(Math.min(...until)) });
  if (nodes.every(({ isPaused }) => isPaused)) return because('node-pausing', { count });
  const text = nodes.map(({ facts }) => facts?.unwilling).find((said) => said !== undefined);
  if (text !== undefined) return because('nodes-unwilling', { count, text });
  return because('nodes-take-none', { count });
}

/** Where all that fit give tasks to queues, and have given as many as they may. */
function queuesFull(open: readonly Node[], count: number): Cause | undefined {
  if (!open.every(({ occupancy }) => occupancy.capacity.queues === true && !occupancy.hasPlace))
    return undefined;
  const sum = (of: (node: Node) => number) => open.reduce((all, node) => all + of(node), 0);
  const tasks = sum(({ occupancy }) => occupancy.held + occupancy.running);
  return because('queue-full', { count, tasks, most: sum(({ occupancy }) => occupancy.capacity.mostTasks) });
}

function busy(open: readonly Node[], count: number): Cause {
  const ends = open.map(({ freeBy }) => freeBy).filter((at) => at !== undefined);
  const first =
    ends.length === 0 ? '' : `; the first frees by ${momentText(Math.min(...ends))} at the latest`;
  const how = count === 1 ? 'and is busy' : open.length === count ? 'all busy' : 'none free';
  return because('nodes-busy', { count, busy: how, first });
}
