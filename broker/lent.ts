import type { Left } from './left.ts';
import type { Node } from './node.ts';

/** What this broker may yet have of the node of an agent that is enrolled at it. */
export interface Lent {
  /** The name of the agent. */
  readonly agent?: string | undefined;
  /** The resource whose agent it is, by its name. */
  readonly resource: string;
  /** The queue to which it gives tasks, if it gives them to one. */
  readonly queue: string | undefined;
  /** How many tasks it takes yet. */
  readonly tasks: number;
  /** Of its processors and bytes of memory; undefined where it does not say what it has. */
  readonly cpus: number | undefined;
  readonly memoryBytes: number | undefined;
  /** Whether nothing of it is taken, and it is all that the node has. */
  readonly isWhole: boolean;
  /** Whether this broker can promise when work starts there, and by when it has ended. */
  readonly keepsTime?: boolean | undefined;
  /** Which part of it is taken by what runs, is held or is reserved: 0 to 1. */
  readonly share?: number | undefined;
}

/** By the key of the agent; undefined where none is here that has it. */
export type LentBy = (agentKey: string) => Lent | undefined;

/**
 * Nodes as this broker has them to offer: of those whose agents are enrolled at it no more than they lend it, and a queue to
 * which several agents of one resource give tasks once, by the first that takes some.
 */
export function lentNodes(nodes: readonly Node[], lentBy: LentBy = () => undefined): Node[] {
  const known = nodes.map((node) => {
    const lent = node.agentKey === undefined ? undefined : lentBy(node.agentKey);
    return { node: lent === undefined ? node : withLent(node, lent), lent };
  });
  const queues = new Map<string, Node>();
  for (const { node, lent } of known) {
    const queue = queueOf(lent);
    const first = queue === undefined ? undefined : queues.get(queue);
    if (queue !== undefined && (first === undefined || comesBefore(node, first))) queues.set(queue, node);
  }
  return known.flatMap(({ node, lent }) => {
    const queue = queueOf(lent);
    return queue === undefined || queues.get(queue)?.agentKey === node.agentKey ? [node] : [];
  });
}

function queueOf(lent: Lent | undefined): string | undefined {
  return lent?.queue === undefined ? undefined : `${lent.resource}\n${lent.queue}`;
}

/** One that takes tasks before one that does not; then by their names, so that it stays the same. */
function comesBefore(a: Node, b: Node): boolean {
  if (a.left?.isSoldOut !== b.left?.isSoldOut) return b.left?.isSoldOut === true;
  return a.name < b.name;
}

function withLent(known: Node, lent: Lent): Node {
  const node = {
    ...known,
    ...(lent.keepsTime === true ? { keepsTime: true } : {}),
    ...(lent.share === undefined ? {} : { share: lent.share }),
  };
  if (node.left === undefined) return node;
  const { left } = node;
  const cpus = Math.min(left.cpus, lent.cpus ?? left.cpus);
  const now: Left = {
    ...left,
    isSoldOut: left.isSoldOut || lent.tasks === 0 || cpus === 0,
    isWhole: left.isWhole && lent.isWhole && cpus === left.cpus,
    cpus,
    memoryBytes: Math.min(left.memoryBytes, lent.memoryBytes ?? left.memoryBytes),
    slots: left.slots === undefined ? undefined : Math.min(left.slots, lent.tasks),
  };
  return { ...node, left: now };
}
