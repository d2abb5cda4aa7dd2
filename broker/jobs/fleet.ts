import type { AgentFacts } from '../../protocol/agent/messages.ts';
import { resourceOf } from '../agents/agent-names.ts';
import type { Lent } from '../lent.ts';
import { loadOf, Node, type NodeLink, type NodeLoad, type Resource } from './agent-node.ts';
import type { Amounts } from './assignment.ts';
import { Fitting, type MayUse, readFacts } from './fitting.ts';
import { KeptNodes } from './keeping.ts';
import type { LargeInputs } from './large-inputs.ts';
import type { Need } from './need.ts';
import { OneQueue } from './one-queue.ts';
import type { Candidate, Strategy } from './placement.ts';
import { type FullNode, nodeToKeep } from './reservation.ts';

/** A node with room for a task, and what that takes of it. */
export interface Place {
  readonly node: Node;
  readonly amounts: Amounts;
}

export interface FleetRules {
  readonly strategy: Strategy;
  readonly mayUse: MayUse;
  /** After how long, in milliseconds, a node is kept for a task that smaller ones pass by. */
  readonly patienceMs: number;
  /** How much longer than its Walltime a task may take a node, in milliseconds. */
  readonly marginMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The nodes that are there. */
export class Fleet {
  readonly #nodes = new Map<string, Node>();
  readonly #fitting: Fitting;
  readonly #rules: FleetRules;
  readonly #kept: KeptNodes;
  /** Agents that give tasks to one queue. */
  readonly queues: OneQueue;

  constructor(rules: FleetRules) {
    this.#rules = rules;
    this.#fitting = new Fitting(rules.mayUse);
    this.#kept = new KeptNodes(rules.marginMs);
    this.queues = new OneQueue(rules.now);
  }

  /** A session begins; one of the same resource before it counts no more. */
  attach(resource: Resource, link: NodeLink): Node {
    const node = new Node(resource, link);
    const before = this.#nodes.get(resource.resource);
    if (before !== undefined) this.queues.went(before);
    this.queues.came(node);
    this.#fitting.remove(resource.resource);
    this.#nodes.set(resource.resource, node);
    return node;
  }

  /** A session is over; says whether it still counted. */
  detach(resource: string, link: NodeLink): boolean {
    const node = this.with(resource, link);
    if (node === undefined) return false;
    this.queues.went(node);
    this.#nodes.delete(resource);
    this.#fitting.remove(resource);
    return true;
  }

  /** A resource is no more; returns its node, if that was there. */
  remove(resource: string): Node | undefined {
    const node = this.#nodes.get(resource);
    if (node !== undefined) this.detach(resource, node.link);
    this.queues.forget(resource);
    return node;
  }

  get(resource: string): Node | undefined {
    return this.#nodes.get(resource);
  }

  /** The node of a session that counts. */
  with(resource: string, link: NodeLink): Node | undefined {
    const node = this.#nodes.get(resource);
    return node?.link === link ? node : undefined;
  }

  get all(): Iterable<Node> {
    return this.#nodes.values();
  }

  /** How busy the nodes are that are there. */
  loads(): ReadonlyMap<string, NodeLoad> {
    return new Map([...this.all].map((node) => [node.resource, loadOf(node)]));
  }

  /** What there is yet for this broker of the node of an agent that is there, and has said what it has in its hands. */
  lent(agent: string): Lent | undefined {
    const node = this.#nodes.get(agent);
    if (node?.facts === undefined || !node.isKnown) return undefined;
    return { resource: resourceOf(agent), queue: node.facts.powers.queue, ...node.occupancy.left };
  }

  /** A node says what it has, at `now`. Throws a Refusal where that cannot be read. */
  learn(node: Node, facts: AgentFacts, now: number): void {
    const said = readFacts(node.resource, facts.says);
    node.facts = facts;
    node.closesAt = facts.closesInMs === undefined ? undefined : now + facts.closesInMs;
    const { mostTasks, mostHeld, draining } = facts;
    const queues = facts.powers.queueMs !== undefined;
    const shared = facts.powers.queue === undefined ? {} : { besides: () => this.queues.besides(node) };
    node.occupancy.capacity = { total: said.total, queues, mostTasks, mostHeld, draining, ...shared };
    this.#fitting.put(node.resource, node, said);
  }

  /** Whether tasks of an owner may run on a resource; of one that is not there nobody says no. */
  serves(resource: string, owner: string): boolean {
    const node = this.#nodes.get(resource);
    if (node === undefined) return true;
    if (node.owner === owner) return node.servesOwner;
    return node.servesOthers && this.#rules.mayUse(resource, owner);
  }

  /** Who may use which resources has changed. */
  accessChanged(): void {
    this.#fitting.forget();
  }

  /** The resources that fit a need, whether they have room or not. */
  fitting(need: Need): readonly string[] {
    return this.#fitting.of(need);
  }

  /** Why none does. */
  whyNot(need: Need): string {
    return this.#fitting.why(need);
  }

  /** Whether any node takes one task more: where none does, nothing of all that waits need be looked at. */
  get hasPlace(): boolean {
    for (const node of this.#nodes.values()) if (node.isOpen && node.occupancy.hasPlace) return true;
    return false;
  }

  /**
   * A node that fits a need and has room for it, and what it takes of it. Where there is none, and it has found none
   * since `since` either, one may be kept for it from now on. `inputs` are what the task takes along.
   */
  place(need: Need, now: number, since = now, inputs?: LargeInputs): Place | undefined {
    const place = this.#rules.strategy(this.candidates(need, now, inputs));
    if (place !== undefined) {
      const kept = this.#kept.of(need);
      if (kept !== undefined) this.#kept.letGo(kept);
    } else if (now - since >= this.#rules.patienceMs) this.#keepFor(need, now);
    return place;
  }

  /** Whether a node has room for a need just now. */
  hasRoom(need: Need, now: number): boolean {
    return this.candidates(need, now).next().done !== true;
  }

  /** The node that is kept for a need. */
  keptFor(need: Need): string | undefined {
    return this.#kept.of(need);
  }

  /** Keeps nodes no longer for needs with which nobody waits; returns those nodes. */
  reviewKept(isWaiting: (key: string) => boolean): readonly Node[] {
    const gone = this.#kept.review(
      (resource, key) => this.#nodes.get(resource)?.isOpen === true && isWaiting(key),
    );
    return gone.flatMap((resource) => this.#nodes.get(resource) ?? []);
  }

  /** A node that holds tasks ahead lets none of them pass another: there each has its turn. */
  #keepFor(need: Need, now: number): void {
    if (this.#kept.isFor(need.owner)) return;
    const nodes: FullNode[] = [];
    for (const resource of this.#fitting.of(need)) {
      const node = this.#nodes.get(resource);
      if (node?.isOpen !== true || this.#kept.has(resource) || node.closesBefore(need, now)) continue;
      if (node.occupancy.capacity.mostHeld > 0) return;
      nodes.push(fullNode(node, need));
    }
    const kept = nodeToKeep(nodes);
    if (kept !== undefined) this.#kept.keep(kept.resource, need, kept.freeBy);
  }

  /** The nodes that have room for a need. */
  *candidates(need: Need, now: number, inputs?: LargeInputs): Generator<Candidate & Place> {
    for (const resource of this.#fitting.of(need)) {
      const node = this.#nodes.get(resource);
      if (node?.isOpen !== true || !this.#kept.mayHave(resource, need, now)) continue;
      if (node.closesBefore(need, now)) continue;
      const { occupancy, load } = node;
      const amounts = occupancy.amountsOf(need);
      const room = occupancy.roomFor(amounts);
      if (room === 'none') continue;
      const tasks = occupancy.held + occupancy.running;
      const lacksBytes = inputs === undefined ? 0 : node.inputs.lacks(inputs);
      yield { node, amounts, resource, room, share: occupancy.share, tasks, load, lacksBytes };
    }
  }
}

/** A node as it is where one is to be kept for a need; that it runs so many tasks at once is an amount of it too. */
function fullNode({ resource, occupancy, ends }: Node, need: Need): FullNode {
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

/** No amount of the language has this name. */
const tasksAtOnce = '#tasks';
