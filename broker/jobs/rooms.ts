import { resourceOf } from '../agents/agent-names.ts';
import type { Claim, Claims } from '../capacity/claims.ts';
import { type Span, type Timeline, tasksAtOnce, timesFit } from '../capacity/timeline.ts';
import type { Node } from './agent-node.ts';
import type { Amounts } from './assignment.ts';
import type { Need } from './need.ts';
import type { Occupancy, Occupant } from './node.ts';
import type { OneQueue } from './one-queue.ts';

/** What is there of a node, and what of it is taken when. */
export interface Room extends Timeline {
  /** What one task may take at most, where the node says so. */
  readonly most: Amounts;
  /** Whether it can be promised when work starts there: nobody else gives it work, or it keeps room for later. */
  readonly keepsTime: boolean;
  /** Whether a batch system behind it keeps room for later, and must, for a moment to be promised. */
  readonly reserves: boolean;
  /** What runs, or is about to, in what the deal has in whose place something is planned: it counts among `spans` no more. */
  readonly own: readonly Span[];
  /** By this a queue is known to which several agents give tasks; undefined of a node that has none. */
  readonly queue: string | undefined;
}

/** What there is of a node, and when it is shut. */
export interface Supply extends Timeline {
  /** The agents who give tasks to it: several where it is one queue. */
  readonly agents: readonly string[];
}

export interface RoomsParts {
  readonly claims: Claims;
  readonly queues: OneQueue;
  /** How much longer than its Walltime a task may take a node, in milliseconds. */
  readonly marginMs: number;
}

/** Which attempts count: all that a node has, or those that run. */
type Counted = 'all' | 'running';

/** What of a node is looked at. */
interface Which {
  readonly now: number;
  readonly counted: Counted;
  /** One that does not count. */
  readonly attempt?: string | undefined;
  /** A deal that counts as having nothing; what runs in what it has goes to `own`. */
  readonly instead?: number | undefined;
  readonly own?: Span[];
}

const ofDisk = 'disk';

/**
 * What is left of nodes beside what is held for Offers, what agreements have reserved, and what runs. What runs in a
 * reservation takes nothing beside it.
 */
export class Rooms {
  readonly #parts: RoomsParts;

  constructor(parts: RoomsParts) {
    this.#parts = parts;
  }

  /** All that is held and reserved of a node, or of the queue to which it gives tasks; for who gives out room. */
  claimsOn(node: Node): readonly Claim[] {
    const { claims, queues } = this.#parts;
    let all = claims.surely(node.resource);
    for (const { resource } of queues.others(node)) {
      const more = claims.surely(resource);
      if (more.length > 0) all = [...all, ...more];
    }
    return all;
  }

  /**
   * Whether a node may have a task now, or begin one that it has (`counted` is then `running`, and `attempt` its name): one
   * under an agreement in a slot that is reserved for that, and before the reservation is over; any other in what is neither
   * held nor reserved as long as it may run.
   */
  admits(
    node: Node,
    need: Pick<Need, 'agreement' | 'limitMs'>,
    amounts: Amounts,
    { now, counted = 'all', attempt }: { now: number; counted?: Counted; attempt?: string },
  ): boolean {
    if (need.agreement !== undefined) return this.#hasSlot(node, need, amounts, { now, attempt });
    const claims = this.claimsOn(node).filter(({ until }) => until > now);
    if (claims.length === 0) return true;
    const { total, spans } = this.#timeline(node, claims, { now, counted, attempt });
    return timesFit({ total, spans }, oneOf(amounts), now, this.#endOf(node, need, now)) >= 1;
  }

  /** Whether an agreement has anything of a node now: then it takes tasks, whatever else waits there. */
  isReserved(node: Node, now: number): boolean {
    return this.#parts.claims
      .of(node.resource)
      .some(({ agreement, from, until }) => agreement !== undefined && from <= now && now < until);
  }

  /** A node as a plan sees it, beside all that is held and reserved but by one deal. */
  roomOf(node: Node, now: number, instead?: number): Room {
    const { total, spans, own } = this.#planned(node, now, instead);
    return {
      most: node.occupancy.capacity.total,
      keepsTime: keepsTime(node),
      reserves: node.facts?.powers.queueMs !== undefined && node.facts.powers.reserve === true,
      queue: queueOf(node),
      ...{ total, spans, own },
    };
  }

  /** What there is of it, whatever is taken of that. */
  supplyOf(node: Node, now: number): Supply {
    const { isDraining, facts, resource } = node;
    const total = totalOf(node);
    const others = Array.from(this.#parts.queues.others(node), (other) => other.resource);
    const spans: Span[] = [];
    if (isDraining) spans.push({ amounts: total, from: now, until: forEver });
    if (facts?.draining === true)
      spans.push({ amounts: total, from: now, until: facts.closedUntilMs ?? forEver });
    if (node.closesAt !== undefined) spans.push({ amounts: total, from: node.closesAt, until: forEver });
    return { agents: [resource, ...others], total, spans };
  }

  /** What there is yet for more, beside what is held and reserved just now. */
  left(node: Node, now: number): Occupancy['left'] {
    const { occupancy } = node;
    const claims = this.claimsOn(node).filter(({ from, until }) => from <= now && now < until);
    const { left } = occupancy;
    if (claims.length === 0) return left;
    const taken = new Map<string, number>();
    for (const { span } of claims) add(taken, span.amounts, 1);
    for (const { amounts } of this.#covered(node, claims).keys()) add(taken, oneOf(amounts), -1);
    const beside = (name: string, amount: number | undefined) =>
      amount === undefined || occupancy.capacity.queues === true
        ? amount
        : Math.max(0, amount - (taken.get(name) ?? 0));
    return {
      tasks: Math.max(0, left.tasks - (taken.get(tasksAtOnce) ?? 0)),
      cpus: beside('cpus', left.cpus),
      memoryBytes: beside('memory', left.memoryBytes),
      isWhole: false,
    };
  }

  #planned(node: Node, now: number, instead: number | undefined): Pick<Room, 'total' | 'spans' | 'own'> {
    const { claims, queues } = this.#parts;
    const { occupancy, closesAt } = node;
    // Most nodes, where there are many, have nothing else that counts.
    if (occupancy.isEmpty && occupancy.capacity.besides === undefined && closesAt === undefined)
      if (instead === undefined)
        return { total: totalOf(node), spans: claims.spansOf(node.resource), own: [] };
    const planned = [node, ...queues.others(node)].flatMap(({ resource }) => claims.of(resource));
    const counted = planned.filter(({ until }) => until > now);
    const own: Span[] = [];
    const { total, spans } = this.#timeline(node, counted, { now, counted: 'all', instead, own });
    return { total, spans, own };
  }

  #hasSlot(
    node: Node,
    { agreement = '', limitMs }: Pick<Need, 'agreement' | 'limitMs'>,
    amounts: Amounts,
    { now, attempt }: { now: number; attempt: string | undefined },
  ): boolean {
    const claim = this.#parts.claims.reserved(agreement, node.resource);
    if (claim === undefined || now < claim.from || limitMs === null) return false;
    if (now + limitMs + this.#parts.marginMs > claim.until) return false;
    if (!isWithin(amounts, claim)) return false;
    let used = 0;
    for (const one of node.occupancy.occupants())
      if (one.agreement === agreement && one.phase !== 'leaving' && one.attempt !== attempt) used += 1;
    return used < claim.slots;
  }

  #timeline(node: Node, claims: readonly Claim[], { instead, ...which }: Which): Timeline {
    const { queues } = this.#parts;
    const { capacity } = node.occupancy;
    const { now } = which;
    const spans = claims.filter(({ deal }) => deal !== instead).map(({ span }) => span);
    const taking = (one: Node) => this.#taking(one, claims, { instead, ...which }, spans);
    taking(node);
    if (capacity.besides !== undefined) {
      const { held, running } = capacity.besides();
      let away = held + running;
      for (const other of queues.others(node)) {
        taking(other);
        away -= other.occupancy.held + other.occupancy.running;
      }
      if (away > 0) spans.push({ amounts: new Map([[tasksAtOnce, away]]), from: now, until: forEver });
    }
    const total = totalOf(node);
    if (node.closesAt !== undefined) spans.push({ amounts: total, from: node.closesAt, until: forEver });
    return { total, spans };
  }

  /** What attempts take of a node that is not taken for them already. */
  #taking(
    node: Node,
    claims: readonly Claim[],
    { now, counted, attempt, instead, own }: Which,
    to: Span[],
  ): void {
    const covered = this.#covered(node, claims);
    const isQueue = node.occupancy.capacity.queues === true;
    for (const one of node.occupancy.occupants()) {
      if (one.attempt === attempt) continue;
      if (counted === 'running' && one.phase === 'held') continue;
      const takes = one.phase === 'leaving' || isQueue ? onlyDisk(one.amounts) : one.amounts;
      const amounts = one.phase === 'leaving' ? takes : oneOf(takes);
      const end = node.ends.get(one.attempt) ?? this.#endOf(node, one, now);
      // What should have ended, and has not said so, is not gone.
      const soon = now + this.#parts.marginMs;
      const until = one.phase === 'leaving' ? soon : Math.max(end, soon);
      const span = { amounts, from: now, until: Math.ceil(until / secondMs) * secondMs };
      const claim = covered.get(one);
      if (claim !== undefined && claim.deal === instead) own?.push(span);
      else if (claim === undefined) to.push(span);
      // Its agreement may have been made shorter while it ran.
      else if (end > claim.until) to.push({ ...span, from: claim.until });
    }
  }

  /** What runs, or is about to, in slots that are reserved for it. */
  #covered(node: Node, claims: readonly Claim[]): ReadonlyMap<Occupant, Claim> {
    const covered = new Map<Occupant, Claim>();
    const free = new Map<string, { readonly claim: Claim; slots: number }>();
    for (const claim of claims)
      if (claim.agreement !== undefined && claim.agent === node.resource)
        free.set(claim.agreement, { claim, slots: claim.slots });
    if (free.size === 0) return covered;
    for (const one of node.occupancy.occupants()) {
      const left = one.agreement === undefined ? undefined : free.get(one.agreement);
      if (
        left === undefined ||
        one.phase === 'leaving' ||
        left.slots === 0 ||
        !isWithin(one.amounts, left.claim)
      )
        continue;
      left.slots -= 1;
      covered.set(one, left.claim);
    }
    return covered;
  }

  /** When a task that begins now, or soon, has ended at the latest. */
  #endOf(node: Node, { limitMs }: { readonly limitMs: number | null }, now: number): number {
    if (limitMs === null) return forEver;
    return now + limitMs + this.#parts.marginMs + (node.facts?.powers.queueMs ?? 0);
  }
}

const forEver = Number.POSITIVE_INFINITY;
/** Offers say moments to the second. */
const secondMs = 1_000;
const tolerance = 1e-9;

/** Whether when work starts on a node is a matter of this broker alone, or of what it has the back end keep. */
export function keepsTime({ facts }: Node): boolean {
  return facts !== undefined && (facts.powers.queueMs === undefined || facts.powers.reserve === true);
}

/** By what the queue of a node is known, of all resources. */
export function queueOf({ resource, facts }: Node): string | undefined {
  const queue = facts?.powers.queue;
  return queue === undefined ? undefined : `${resourceOf(resource)}\n${queue}`;
}

/** What tasks share of a node. */
function totalOf({ occupancy: { capacity, most } }: Node): Amounts {
  const shared = capacity.queues === true ? onlyDisk(capacity.total) : capacity.total;
  return new Map(shared).set(tasksAtOnce, most);
}

/** Whether something takes no more than a slot has; disk is nobody's by agreement unless that says so. */
function isWithin(amounts: Amounts, claim: Claim): boolean {
  for (const [name, amount] of amounts) {
    const most = claim.amounts.get(name);
    if (most === undefined ? name !== ofDisk : amount > most * (1 + tolerance)) return false;
  }
  return true;
}

function oneOf(amounts: Amounts): Amounts {
  return new Map(amounts).set(tasksAtOnce, 1);
}

/** Of a queue only its disk is shared, and how many wait or run there: each task may have all there is of the rest. */
function onlyDisk(amounts: Amounts): Amounts {
  const disk = amounts.get(ofDisk);
  return disk === undefined ? nothing : new Map([[ofDisk, disk]]);
}

const nothing: Amounts = new Map();

function add(sums: Map<string, number>, amounts: Amounts, sign: 1 | -1): void {
  for (const [name, amount] of amounts) sums.set(name, (sums.get(name) ?? 0) + sign * amount);
}
