import type { NodeEntry } from '../protocol/nodes.ts';

/**
 * The node whose Host answers an Ask: of those that answered a poll within `freshWithinMs` the least loaded,
 * however busy; where there is none, one that may not be polled, of which nobody can know more. Of equals the
 * first. A node that may be polled and stays silent is passed over.
 */
export function chooseNode(nodes: readonly NodeEntry[], freshWithinMs: number): NodeEntry | undefined {
  let best: NodeEntry | undefined;
  for (const node of nodes) {
    if (!isHeard(node, freshWithinMs)) continue;
    if (best === undefined || loadOf(node) < loadOf(best)) best = node;
  }
  return best ?? nodes.find((node) => !node.pollable);
}

/** Whether a node answered a poll within `freshWithinMs`. */
export function isHeard({ heardAgoMs }: NodeEntry, freshWithinMs: number): boolean {
  return heardAgoMs !== null && heardAgoMs <= freshWithinMs;
}

/**
 * Whether the market is told of a node. One that was just told of has not been polled yet, and where there are many,
 * polls come more seldom than `freshWithinMs`: only one whose poll failed is gone.
 */
export function isThere(node: NodeEntry, freshWithinMs: number): boolean {
  const { pollable, heardAgoMs, toldAgoMs, fault } = node;
  const isWaiting = heardAgoMs !== null && fault === null;
  return !pollable || isHeard(node, freshWithinMs) || toldAgoMs <= freshWithinMs || isWaiting;
}

function loadOf(node: NodeEntry): number {
  return node.cpuLoad ?? Number.POSITIVE_INFINITY;
}
