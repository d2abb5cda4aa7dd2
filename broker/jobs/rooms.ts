import { resourceOf } from '../agents/agent-names.ts';
import type { Claim, Claims } from '../capacity/claims.ts';
import type { Span } from '../capacity/profile.ts';
import { type Timeline, tasksAtOnce, timesFit } from '../capacity/timeline.ts';
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
  /** Whether what was let go counts until that is known to stand: for those that give out room. */
  readonly isSure?: boolean;
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

  /** Whether anything is held or reserved of a node, or of the queue to which it gives tasks; for who gives out room. */
  isClaimed(node: Node): boolean {
    const { claims, queues } = this.#parts;
    if (claims.isClaimed(node.resource)) return true;
    for (const { resource } of queues.others(node)) if (claims.isClaimed(resource)) return true;
    return false;
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
    if (!this.isClaimed(node)) return true;
    const timeline = this.#timeline(node, { now, counted, attempt, isSure: true });
    return timesFit(timeline, oneOf(amounts), now, this.#endOf(node, need, now)) >= 1;
  }

  /** Whether an agreement has anything of a node now: then it takes tasks, whatever else waits there. */
  isReserved(node: Node, now: number): boolean {
    const reserved = [...this.#parts.claims.reservedOf(node.resource)];
    return reserved.some(({ from, until }) => from <= now && now < until);
  }

  /** A node as a plan sees it, beside all that is held and reserved but by one deal. */
  roomOf(node: Node, now: number, instead?: number): Room {
    const own: Span[] = [];
    return {
      most: node.occupancy.capacity.total,
      keepsTime: keepsTime(node),
      reserves: node.facts?.powers.queueMs !== undefined && node.facts.powers.reserve === true,
      queue: queueOf(node),
      ...this.#planned(node, { now, counted: 'all', instead, own }),
      own,
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
    const { left } = occupancy;
    if (!this.isClaimed(node)) return left;
    const all = [...this.#claimedBesides(node, { now, isSure: true })];
    const besides = all.filter(({ from, until }) => from <= now && now < until);
    const covered = new Map<string, number>();
    for (const [{ amounts }, { from }] of this.#covered(node, { now, isSure: true }))
      if (from <= now)
        for (const [name, amount] of oneOf(amounts)) covered.set(name, (covered.get(name) ?? 0) + amount);
    const profile = this.#parts.claims.takenOf(node.resource);
    const taken = (name: string) =>
      besides.reduce((sum, { amounts }) => sum + (amounts.get(name) ?? 0), profile?.at(name, now) ?? 0) -
      (covered.get(name) ?? 0);
    const beside = (name: string, amount: number | undefined) =>
      amount === undefined || occupancy.capacity.queues === true ? amount : Math.max(0, amount - taken(name));
    return {
      tasks: Math.max(0, left.tasks - taken(tasksAtOnce)),
      cpus: beside('cpus', left.cpus),
      memoryBytes: beside('memory', left.memoryBytes),
      isWhole: false,
    };
  }

  #planned(node: Node, which: Which): Timeline {
    const { occupancy, closesAt } = node;
    // Most nodes, where there are many, have nothing else that counts.
    if (occupancy.isEmpty && occupancy.capacity.besides === undefined && closesAt === undefined)
      if (which.instead === undefined)
        return { total: totalOf(node), taken: this.#parts.claims.takenOf(node.resource), spans: [] };
    return this.#timeline(node, which);
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

  #timeline(node: Node, which: Which): Timeline {
    const { claims, queues } = this.#parts;
    const { capacity } = node.occupancy;
    const { now, instead } = which;
    const spans: Span[] = [...this.#claimedBesides(node, which)];
    this.#taking(node, which, spans);
    if (capacity.besides !== undefined) {
      const { held, running } = capacity.besides();
      let away = held + running;
      for (const other of queues.others(node)) {
        this.#taking(other, which, spans);
        away -= other.occupancy.held + other.occupancy.running;
      }
      if (away > 0) spans.push({ amounts: new Map([[tasksAtOnce, away]]), from: now, until: forEver });
    }
    const total = totalOf(node);
    if (node.closesAt !== undefined) spans.push({ amounts: total, from: node.closesAt, until: forEver });
    const its = instead === undefined ? undefined : claims.ofDealOn(instead, node.resource);
    return { total, spans, taken: claims.takenOf(node.resource), less: its === undefined ? [] : [its.span] };
  }

  /** What is held and reserved besides what the node itself has: of others of its queue, and, where it is to be sure, what may yet be there. */
  *#claimedBesides(node: Node, { isSure = false, instead }: Partial<Which>): Generator<Span, void, void> {
    const { claims, queues } = this.#parts;
    for (const { resource } of [node, ...queues.others(node)]) {
      if (resource !== node.resource)
        for (const { deal, span } of claims.of(resource)) if (deal !== instead) yield span;
      if (isSure) for (const { span } of claims.leaving(resource)) yield span;
    }
  }

  /** What attempts take of a node that is not taken for them already. */
  #taking(node: Node, which: Which, to: Span[]): void {
    const { now, counted, attempt, instead, own } = which;
    const covered = this.#covered(node, which);
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
  #covered(node: Node, { now, isSure }: Pick<Which, 'now' | 'isSure'>): ReadonlyMap<Occupant, Claim> {
    const covered = new Map<Occupant, Claim>();
    const used = new Map<Claim, number>();
    for (const one of node.occupancy.occupants()) {
      if (one.agreement === undefined || one.phase === 'leaving') continue;
      const claim = this.#reservedFor(one.agreement, node, isSure);
      if (claim === undefined || claim.until <= now || !isWithin(one.amounts, claim)) continue;
      const before = used.get(claim) ?? 0;
      if (before === claim.slots) continue;
      used.set(claim, before + 1);
      covered.set(one, claim);
    }
    return covered;
  }

  /** What an agreement has of a node; where it is to be sure, what it had until a verb that may yet be undone. */
  #reservedFor(agreement: string, { resource }: Node, isSure = false): Claim | undefined {
    const { claims } = this.#parts;
    const had = isSure ? claims.leaving(resource).findLast((one) => one.agreement === agreement) : undefined;
    return had ?? claims.reserved(agreement, resource);
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
