import type { AgentFacts } from '../../protocol/agent/messages.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { resourceOf } from '../agents/agent-names.ts';
import type { Claims } from '../capacity/claims.ts';
import { tasksAtOnce } from '../capacity/timeline.ts';
import type { Lent } from '../lent.ts';
import { loadOf, Node, type NodeLink, type NodeLoad, type Resource } from './agent-node.ts';
import type { Amounts } from './assignment.ts';
import { Fitting, type MayUse, readFacts } from './fitting.ts';
import { fullNode, KeptNodes } from './keeping.ts';
import type { LargeInputs } from './large-inputs.ts';
import type { Need } from './need.ts';
import type { Room as NodeRoom } from './node.ts';
import { OneQueue } from './one-queue.ts';
import type { Candidate, Strategy } from './placement.ts';
import { type FullNode, nodeToKeep } from './reservation.ts';
import { keepsTime, queueOf, type Room, Rooms, type Supply } from './rooms.ts';

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
  /** What is held for Offers, and reserved by agreements. */
  readonly claims: Claims;
  /** A node has come or gone, or what it has, or whether it takes tasks, is otherwise. */
  readonly changed: (agent: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The nodes that are there. */
export class Fleet {
  readonly #nodes = new Map<string, Node>();
  readonly #fitting: Fitting;
  readonly #rules: FleetRules;
  readonly #kept: KeptNodes;
  readonly #rooms: Rooms;
  /** Agents that give tasks to one queue. */
  readonly queues: OneQueue;

  constructor(rules: FleetRules) {
    this.#rules = rules;
    this.#fitting = new Fitting(rules.mayUse);
    this.#kept = new KeptNodes(rules.marginMs);
    this.queues = new OneQueue(rules.now);
    this.#rooms = new Rooms({ claims: rules.claims, queues: this.queues, marginMs: rules.marginMs });
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
    this.#rules.changed(resource);
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
    const left = this.#rooms.left(node, this.#rules.now());
    const { queue } = node.facts.powers;
    return {
      ...{ agent, resource: resourceOf(agent), queue, keepsTime: keepsTime(node) },
      ...{ share: shareTaken(node, left), ...left },
    };
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
    this.#rules.changed(node.resource);
  }

  /** A node has said what it has in its hands. */
  known(node: Node): void {
    this.queues.known(node);
    this.#rules.changed(node.resource);
  }

  /** Whether a node gets no more tasks, by the word of the broker's owner. */
  drain(node: Node, isDraining: boolean): void {
    node.isDraining = isDraining;
    this.#rules.changed(node.resource);
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
    const { agreement } = need;
    const open = this.#fitting.of(need);
    if (agreement === undefined) return open;
    return open.filter((resource) => this.#rules.claims.reserved(agreement, resource) !== undefined);
  }

  /** Why none does. */
  whyNot(need: Need): Cause {
    return this.#fitting.why(need);
  }

  /** Whether any node takes one task more: where none does, nothing of all that waits need be looked at. */
  get hasPlace(): boolean {
    const now = this.#rules.now();
    for (const node of this.#nodes.values())
      if (node.isOpen && (node.occupancy.hasPlace || this.#rooms.isReserved(node, now))) return true;
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
    } else if (need.agreement === undefined && now - since >= this.#rules.patienceMs)
      this.#keepFor(need, now);
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

  /** Keeps nodes no longer for needs with which nobody waits, nor where something is promised by now; returns those nodes. */
  reviewKept(isWaiting: (key: string) => boolean): readonly Node[] {
    const mayKeep = (node?: Node) => node?.isOpen === true && !this.#rooms.isClaimed(node);
    const gone = this.#kept.review((name, key) => isWaiting(key) && mayKeep(this.#nodes.get(name)));
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
      if (this.#rooms.isClaimed(node)) continue; // what is promised there comes first
      nodes.push(fullNode(node, need));
    }
    const kept = nodeToKeep(nodes);
    if (kept !== undefined) this.#kept.keep(kept.resource, need, kept.freeBy);
  }

  /** Whether an attempt that a node has may begin there beside what is held and reserved. */
  mayBegin(node: Node, attempt: string, now: number): boolean {
    const one = node.occupancy.get(attempt);
    return (
      one === undefined || this.#rooms.admits(node, one, one.amounts, { now, counted: 'running', attempt })
    );
  }

  /** A node that is there, has said what it has in its hands and takes tasks, as a plan sees it beside all deals but one. */
  roomOf(agent: string, now: number, instead?: number): Room | undefined {
    const node = this.#nodes.get(agent);
    return node === undefined || !takesTasks(node) ? undefined : this.#rooms.roomOf(node, now, instead);
  }

  /** What all nodes have together, by name; a queue counts once. */
  totals(): Amounts {
    const totals = new Map<string, number>();
    const queues = new Set<string>();
    for (const node of this.#nodes.values()) {
      const queue = queueOf(node);
      if (queue !== undefined && queues.has(queue)) continue;
      if (queue !== undefined) queues.add(queue);
      const { capacity, most } = node.occupancy;
      for (const [name, amount] of [...capacity.total, [tasksAtOnce, most] as const])
        totals.set(name, (totals.get(name) ?? 0) + amount);
    }
    return totals;
  }

  /** What there is of a node, and when it is shut, whatever is taken of it; `unknown` of one that has not said yet. */
  supplyOf(agent: string, now: number): Supply | 'gone' | 'unknown' {
    const node = this.#nodes.get(agent);
    if (node === undefined) return 'gone';
    return node.isKnown && node.facts !== undefined ? this.#rooms.supplyOf(node, now) : 'unknown';
  }

  /** What a node has room for: what waits for its turn there must not hold up what is held and reserved. */
  #roomFor(node: Node, need: Need, amounts: Amounts, now: number): NodeRoom {
    const { occupancy } = node;
    if (need.agreement !== undefined)
      return this.#rooms.admits(node, need, amounts, { now }) ? 'now' : 'none';
    const room = occupancy.roomFor(amounts);
    if (room === 'none' || !this.#rooms.isClaimed(node)) return room;
    return room === 'now' && this.#rooms.admits(node, need, amounts, { now }) ? 'now' : 'none';
  }

  /** The nodes that have room for a need. */
  *candidates(need: Need, now: number, inputs?: LargeInputs): Generator<Candidate & Place> {
    for (const resource of this.#fitting.of(need)) {
      const node = this.#nodes.get(resource);
      if (node?.isOpen !== true) continue;
      // What is reserved was promised, and planned beside what ran: no node is kept from it.
      if (need.agreement === undefined && !this.#kept.mayHave(resource, need, now)) continue;
      if (node.closesBefore(need, now)) continue;
      const { occupancy, load } = node;
      const amounts = this.#rules.claims.taken(need.agreement, resource, occupancy.amountsOf(need));
      const room = this.#roomFor(node, need, amounts, now);
      if (room === 'none') continue;
      const tasks = occupancy.held + occupancy.running;
      const lacksBytes = inputs === undefined ? 0 : node.inputs.lacks(inputs);
      yield { node, amounts, resource, room, share: occupancy.share, tasks, load, lacksBytes };
    }
  }
}

/** Whether a node is of use to a plan: one that is left alone for a moment is. */
function takesTasks({ isKnown, isDraining, facts }: Node): boolean {
  return isKnown && facts !== undefined && !isDraining && !facts.draining;
}

/** Which part of a node is taken by what runs, is held or is reserved: 0 to 1; `left` is what there is yet of it. */
function shareTaken({ occupancy }: Node, left: ReturnType<Rooms['left']>): number {
  const cpus = occupancy.capacity.total.get('cpus');
  const promised = cpus === undefined || left.cpus === undefined || cpus <= 0 ? 0 : 1 - left.cpus / cpus;
  return Math.min(1, Math.max(occupancy.share, promised));
}
