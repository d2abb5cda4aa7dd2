import type { AgentFacts, AgentMessage, BrokerMessage, Inventory } from '../../protocol/agent/messages.ts';
import type { Amounts } from './assignment.ts';
import { Fitting, type MayUse, readFacts } from './fitting.ts';
import { HeldInputs } from './held-inputs.ts';
import { KeptNodes } from './keeping.ts';
import type { LargeInputs } from './large-inputs.ts';
import type { Need } from './need.ts';
import { Occupancy } from './node.ts';
import { localOwner } from './owner.ts';
import type { Candidate, Strategy } from './placement.ts';
import { type FullNode, nodeToKeep } from './reservation.ts';

/** The way to an agent: never throws, keeps the order, and sends again what was not heard. */
export interface NodeLink {
  send(messages: readonly BrokerMessage[]): void;
}

/** Which resource a session is of, and who owns that. */
export interface Resource {
  readonly resource: string;
  readonly owner: string;
  /** Whether its agent runs as the user who runs the broker: its programs would be administrators there. */
  readonly isHouse?: boolean;
}

/** A node whose agent has a session. */
export class Node {
  readonly resource: string;
  readonly owner: string;
  readonly isHouse: boolean;
  readonly link: NodeLink;
  readonly occupancy = new Occupancy();
  readonly inputs = new HeldInputs();
  facts: AgentFacts | undefined;
  /** What it has said so far of what it has in its hands, as long as more is to come. */
  inventory: Inventory['tasks'] = [];
  /** Whether the agent has said what it has in its hands: before, it gets nothing. */
  isKnown = false;
  /** Whether the broker's owner wants it to get nothing. */
  isDraining = false;
  /** Whether it has just not begun what it had said it had room for: it is left alone for a moment. */
  isPaused = false;
  load = 0;
  /** Attempts that asked whether they may start, and wait for room beside what runs: each once, by name. */
  readonly asking = new Map<string, Extract<AgentMessage, { type: 'may-start' }>>();

  /** When what was let start in this session has ended at the latest, in milliseconds since 1970, by attempt. */
  readonly ends = new Map<string, number>();

  constructor({ resource, owner, isHouse = false }: Resource, link: NodeLink) {
    this.resource = resource;
    this.owner = owner;
    this.isHouse = isHouse;
    this.link = link;
  }

  /** When the first of what runs has ended at the latest; undefined where nobody knows. */
  get freeBy(): number | undefined {
    let first: number | undefined;
    for (const end of this.ends.values()) if (first === undefined || end < first) first = end;
    return first;
  }

  /** Whether it may get anything at all. */
  get isOpen(): boolean {
    const { facts, isKnown, isDraining, isPaused } = this;
    return isKnown && facts !== undefined && !isDraining && !isPaused && !facts.draining;
  }

  /**
   * Whether its owner's tasks may run there: not where they would be the user who runs the broker, and its owner is another,
   * unless who runs the agent accepts that.
   */
  get servesOwner(): boolean {
    const { facts, isHouse, owner } = this;
    if (!isHouse || owner === localOwner) return true;
    return facts !== undefined && (facts.powers.isolates || facts.acceptsUnisolated === true);
  }

  /** Whether tasks of others may run there: kept apart, or as its owner accepts that they are not. */
  get servesOthers(): boolean {
    const { facts, isHouse } = this;
    return facts !== undefined && (facts.powers.isolates || (facts.acceptsUnisolated === true && !isHouse));
  }
}

/** How busy a node is, for those who look. */
export interface NodeLoad {
  readonly running: number;
  readonly held: number;
  readonly mostTasks: number | null;
  readonly says: AgentFacts['says'] | null;
  /** Whether its owner's tasks may run there. */
  readonly servesOwner: boolean;
  /** How it keeps programs of others apart; undefined as long as it has not said. */
  readonly keeping: Keeping | undefined;
}

/** How the programs of a node run, as far as others than its owner are concerned. */
interface Keeping {
  /** Whether they reach nothing of the machine but what is theirs. */
  readonly isolates: boolean;
  /** Whether the owner of the node lets others' run all the same. */
  readonly acceptsUnisolated: boolean;
  /** Whether they run as the user who runs the broker, who is its administrator. */
  readonly isHouse: boolean;
}

export function loadOf({ occupancy, facts, isHouse, servesOwner }: Node): NodeLoad {
  const { running, held } = occupancy;
  const { mostTasks = null, says = null, acceptsUnisolated = false } = facts ?? {};
  const keeping = facts && { isolates: facts.powers.isolates, acceptsUnisolated, isHouse };
  return { running, held, mostTasks, says, servesOwner, keeping };
}

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
}

/** The nodes that are there. */
export class Fleet {
  readonly #nodes = new Map<string, Node>();
  readonly #fitting: Fitting;
  readonly #rules: FleetRules;
  readonly #kept: KeptNodes;

  constructor(rules: FleetRules) {
    this.#rules = rules;
    this.#fitting = new Fitting(rules.mayUse);
    this.#kept = new KeptNodes(rules.marginMs);
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

  /** A resource is no more; returns its node, if that was there. */
  remove(resource: string): Node | undefined {
    const node = this.#nodes.get(resource);
    if (node !== undefined) this.detach(resource, node.link);
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

  /** A node says what it has. Throws a Refusal where that cannot be read. */
  learn(node: Node, facts: AgentFacts): void {
    const said = readFacts(node.resource, facts.says);
    node.facts = facts;
    const { mostTasks, mostHeld, draining } = facts;
    const queues = facts.powers.queueMs !== undefined;
    node.occupancy.capacity = { total: said.total, queues, mostTasks, mostHeld, draining };
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
    } else if (now - since >= this.#rules.patienceMs) this.#keepFor(need);
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
  #keepFor(need: Need): void {
    if (this.#kept.isFor(need.owner)) return;
    const nodes: FullNode[] = [];
    for (const resource of this.#fitting.of(need)) {
      const node = this.#nodes.get(resource);
      if (node?.isOpen !== true || this.#kept.has(resource)) continue;
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
