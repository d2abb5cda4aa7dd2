import type { NodeEntry } from '../protocol/nodes.ts';

/**
 * The node whose Host answers an Ask: of those that answered a poll within `freshWithinMs` the least loaded,
 * however busy; where there is none, one that may not be polled, of which nobody can know more. Of equals the
 * first. A node that may be polled and stays silent is passed over.
 */
export function chooseNode(nodes: readonly NodeEntry[], freshWithinMs: number): NodeEntry | undefined {
  let best: NodeEntry | undefined;
  for (const node of nodes) {
    if (node.heardAgoMs === null || node.heardAgoMs > freshWithinMs) continue;
    if (best === undefined || loadOf(node) < loadOf(best)) best = node;
  }
  return best ?? nodes.find((node) => !node.pollable);
}

function loadOf(node: NodeEntry): number {
  return node.cpuLoad ?? Number.POSITIVE_INFINITY;
}
