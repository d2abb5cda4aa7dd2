import type { AgentFacts, AgentMessage, BrokerMessage } from '../../protocol/agent/messages.ts';
import type { Amounts } from './assignment.ts';
import { Fitting, readFacts } from './fitting.ts';
import type { Need } from './need.ts';
import { Occupancy } from './node.ts';
import type { Candidate, Strategy } from './placement.ts';

/** The way to an agent: never throws, keeps the order, and sends again what was not heard. */
export interface NodeLink {
  send(messages: readonly BrokerMessage[]): void;
}

/** Which resource a session is of, and who owns that. */
export interface Resource {
  readonly resource: string;
  readonly owner: string;
}

/** A node whose agent has a session. */
export class Node {
  readonly resource: string;
  readonly owner: string;
  readonly link: NodeLink;
  readonly occupancy = new Occupancy();
  facts: AgentFacts | undefined;
  /** Whether the agent has said what it has in its hands: before, it gets nothing. */
  isKnown = false;
  /** Whether the broker's owner wants it to get nothing. */
  isDraining = false;
  load = 0;
  /** Attempts that asked whether they may start, and wait for room beside what runs. */
  asking: readonly Extract<AgentMessage, { type: 'may-start' }>[] = [];

  /** When what was let start in this session has ended at the latest, in milliseconds since 1970, by attempt. */
  readonly ends = new Map<string, number>();

  constructor({ resource, owner }: Resource, link: NodeLink) {
    this.resource = resource;
    this.owner = owner;
    this.link = link;
  }

  /** When the first of what runs has ended at the latest; undefined where nobody knows. */
  get freeBy(): number | undefined {
    return this.ends.size === 0 ? undefined : Math.min(...this.ends.values());
  }

  /** Whether it may get anything at all. */
  get isOpen(): boolean {
    return this.isKnown && this.facts !== undefined && !this.isDraining && !this.facts.draining;
  }
}

/** A node with room for a task, and what that takes of it. */
export interface Place {
  readonly node: Node;
  readonly amounts: Amounts;
}

/** The nodes that are there. */
export class Fleet {
  readonly #nodes = new Map<string, Node>();
  readonly #fitting = new Fitting();
  readonly #strategy: Strategy;

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
  }

  /** A session begins; one of the same resource before it counts no more. */
  attach(resource: Resource, link: NodeLink): Node {
    const node = new Node(resource, link);
    this.#fitting.remove(resource.resource);
    this.#nodes.set(resource.resource, node);
    return node;
  }

  /** A session is over; says whether it still counted. */
  detach(resource: string, link: NodeLink): boolean {
    if (this.with(resource, link) === undefined) return false;
    this.#nodes.delete(resource);
    this.#fitting.remove(resource);
    return true;
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

  /** A node says what it has. Throws a Refusal where that cannot be read. */
  learn(node: Node, facts: AgentFacts): void {
    const said = readFacts(node.resource, facts.says);
    node.facts = facts;
    const { mostTasks, mostHeld, draining } = facts;
    node.occupancy.capacity = { total: said.total, mostTasks, mostHeld, draining };
    this.#fitting.put(node.resource, node.owner, said);
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

  /** A node that fits a need and has room for it, and what it takes of it. */
  place(need: Need): Place | undefined {
    return this.#strategy(this.#candidates(need));
  }

  *#candidates(need: Need): Generator<Candidate & Place> {
    for (const resource of this.#fitting.of(need)) {
      const node = this.#nodes.get(resource);
      if (node?.isOpen !== true) continue;
      const { occupancy, load } = node;
      const amounts = occupancy.amountsOf(need);
      const room = occupancy.roomFor(amounts);
      if (room === 'none') continue;
      const tasks = occupancy.held + occupancy.running;
      yield { node, amounts, resource, room, share: occupancy.share, tasks, load };
    }
  }
}
