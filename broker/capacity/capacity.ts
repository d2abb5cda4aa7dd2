import { finish, type Sliced } from '../../grammar/index.ts';
import type { Sql } from '../../platform/store/store.ts';
import type { Amounts } from '../jobs/assignment.ts';
import type { Room } from '../jobs/rooms.ts';
import { askBackEnds, isKept, letGoBackEnds, noCapacity } from './back-ends.ts';
import { type Claim, claim } from './claims.ts';
import { type Later, laterOf } from './later.ts';
import type { Mirror } from './mirror.ts';
import { type Planned, planning, type Wanted } from './plan.ts';
import type { Span } from './profile.ts';
import { deleteHolds, heldBy, insertHold, reserveHolds } from './store.ts';
import { tasksAtOnce, timesFit } from './timeline.ts';

/** Slots that somebody asks for: on which nodes, by the names of their agents, the best first. */
export interface WantedSlots extends Wanted {
  readonly nodes: Iterable<string>;
  /** Whether when they begin is to be promised: then only nodes count that can keep that. */
  readonly timed?: boolean | undefined;
  /** As if this deal had nothing: what is planned comes in its place. */
  readonly instead?: number | undefined;
}

export interface PlannedSlots extends Planned {
  /** Whether it can be promised that they begin then; what a batch system would have to keep is promised where that is wanted. */
  readonly isTimed: boolean;
}

/** What of nodes capacity needs to know. */
export interface NodesThere {
  /** What there is of a node that takes tasks, and what is taken of it, by all but one deal. */
  roomOf(agent: string, now: number, instead?: number): Room | undefined;
  /** What all nodes have together. */
  totals(): Amounts;
}

interface NamedRoom extends Room {
  readonly name: string;
}

export interface CapacityParts {
  readonly mirror: Mirror;
  readonly nodes: NodesThere;
  /** How much longer than was agreed tasks may take a node, in milliseconds. */
  readonly marginMs: number;
  /** Has an agent told what the back end behind it is to keep, once it is known what that is. */
  readonly tellBackEnd: (agent: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * What of nodes is held for open Offers and reserved by agreements. Each verb is a part of the verb of the store in which the
 * deal moves, so that either both happen or neither does.
 */
export class Capacity {
  readonly #parts: CapacityParts;

  constructor(parts: CapacityParts) {
    this.#parts = parts;
  }

  /** Brings what is known to where the store stands in this verb. */
  follow(sql: Sql): void {
    this.#parts.mirror.follow(sql);
  }

  /** When so many slots are there together at the earliest, and where; undefined where they never are, as far as is known. */
  plan(sql: Sql, wanted: WantedSlots): PlannedSlots | undefined {
    this.follow(sql);
    const planned = finish(this.planning(wanted));
    return planned?.slots.size === 0 ? undefined : planned;
  }

  /**
   * The same in slices, by what is known before a verb: what others take meanwhile is seen by who plans once more in one, or
   * holds it.
   */
  *planning(wanted: WantedSlots): Sliced<PlannedSlots | undefined> {
    return yield* this.#planningOn(this.#rooms(wanted), wanted);
  }

  /** When they are there at the earliest, as was planned, and what is in the way until then. */
  *later(wanted: WantedSlots, earliest: number | undefined): Sliced<Later> {
    const { claims } = this.#parts.mirror;
    const takenOf = (agent: string) => claims.takenOf(agent);
    return yield* laterOf({
      ...{ wanted: this.#withMargin(wanted), rooms: this.#rooms(wanted), earliest, takenOf },
    });
  }

  /**
   * Has what was planned kept for a deal up to a moment, in place of what it had. Throws a Refusal `no-capacity` where it
   * does not fit any more.
   */
  hold(
    sql: Sql,
    deal: number,
    { start, slots, isTimed = false }: Planned & { readonly isTimed?: boolean },
    amounts: Amounts,
    until: number,
  ): void {
    const { mirror, nodes, marginMs, now } = this.#parts;
    mirror.follow(sql);
    if (isKept(sql, deal)) throw noCapacity('a batch system keeps room for it, which stays as it is');
    const keeping = new Set<string>();
    const span = { from: Math.floor(start / secondMs) * secondMs, until: roundedUp(until + marginMs) };
    for (const [agent, times] of slots) {
      const room = nodes.roomOf(agent, now(), deal);
      if (room === undefined || !fitsAlone(room, amounts)) throw noCapacity(`${agent} takes no tasks now`);
      const beside = { ...room, spans: [...room.spans, ...outside(room.own, amounts, times, span.until)] };
      if (timesFit(beside, withTask(amounts), Math.max(span.from, now()), span.until) < times)
        throw noCapacity(`${agent} has no ${times} slots left then`);
      if (isTimed && room.reserves) keeping.add(agent);
    }
    const agreement = mirror.claims.ofDeal(deal)[0]?.agreement;
    const made = Array.from(slots, ([agent, times]) =>
      claim({
        deal,
        agent,
        slots: times,
        amounts,
        ...span,
        agreement,
        backEnd: keeping.has(agent),
        short: false,
      }),
    );
    mirror.change(sql, () => {
      deleteHolds(sql, deal);
      for (const one of made) insertHold(sql, one);
      return [...mirror.claims.letGo(deal), ...this.#add(made)];
    });
  }

  /**
   * Whether batch systems must keep what is held for an Offer before that can be accepted; then they are asked to. Throws a
   * Refusal `no-capacity` where one of them keeps too much already.
   */
  asksBackEnds(sql: Sql, { deal, offer }: { readonly deal: number; readonly offer: string }): boolean {
    const { mirror, tellBackEnd, now } = this.#parts;
    mirror.follow(sql);
    const asked = mirror.claims.ofDeal(deal).filter(({ backEnd }) => backEnd);
    askBackEnds(sql, offer, asked, now());
    for (const { agent } of asked) queueMicrotask(() => tellBackEnd(agent));
    return asked.length > 0;
  }

  /** What is held for a deal is reserved by its agreement. Throws a Refusal `no-capacity` where a node has gone meanwhile. */
  reserve(sql: Sql, deal: number, agreement: string): void {
    const { mirror } = this.#parts;
    mirror.follow(sql);
    const held = mirror.claims.ofDeal(deal);
    if (held.length === 0) throw noCapacity('nothing is held for it any more');
    const gone = held.find(({ short }) => short);
    if (gone !== undefined) throw noCapacity(`${gone.agent} has gone, or has less than it had`);
    mirror.change(sql, () => {
      reserveHolds(sql, deal, agreement);
      for (const one of held) mirror.claims.put({ ...one, agreement });
      return mirror.claims.agentsOf(deal);
    });
  }

  /** Nothing is held for a deal any more, nor reserved. */
  letGo(sql: Sql, deal: number): void {
    const { mirror, tellBackEnd } = this.#parts;
    mirror.follow(sql);
    if (mirror.claims.agentsOf(deal).length === 0) return;
    for (const agent of letGoBackEnds(sql, deal)) queueMicrotask(() => tellBackEnd(agent));
    mirror.change(sql, () => {
      deleteHolds(sql, deal);
      return mirror.claims.letGo(deal);
    });
  }

  /**
   * Which part of all that the nodes have the open Offers of an owner hold, 0 to 1: of the amount of which it is most
   * (dominant share: Ghodsi et al., NSDI 2011).
   */
  shareHeldBy(sql: Sql, owner: string): number {
    const holds = heldBy(sql, owner);
    if (holds.length === 0) return 0;
    const held = new Map<string, number>();
    for (const { slots, amounts } of holds)
      for (const [name, amount] of withTask(amounts)) held.set(name, (held.get(name) ?? 0) + slots * amount);
    const totals = this.#parts.nodes.totals();
    let share = 0;
    for (const [name, amount] of held) {
      const total = totals.get(name);
      if (total !== undefined && amount > 0) share = Math.max(share, total > 0 ? amount / total : 1);
    }
    return Math.min(1, share);
  }

  *#planningOn(rooms: Iterable<NamedRoom>, wanted: WantedSlots): Sliced<PlannedSlots | undefined> {
    const looked = new Map<string, NamedRoom>();
    const noting = (function* () {
      for (const room of rooms) {
        looked.set(room.name, room);
        yield room;
      }
    })();
    const planned = yield* planning(noting, this.#withMargin(wanted));
    if (planned === undefined) return undefined;
    const isTimed = (name: string) => {
      const { keepsTime = false, reserves = false } = looked.get(name) ?? {};
      return keepsTime && (wanted.timed === true || !reserves);
    };
    return { ...planned, isTimed: [...planned.slots.keys()].every(isTimed) };
  }

  /** The nodes that would do, were nothing taken of them; a queue to which several agents give tasks is one. */
  *#rooms({ nodes: names, amounts, timed = false, instead }: WantedSlots): Generator<NamedRoom> {
    const { nodes, now } = this.#parts;
    const queues = new Set<string>();
    const at = now();
    for (const name of names) {
      const room = nodes.roomOf(name, at, instead);
      if (room === undefined || !fitsAlone(room, amounts) || (timed && !room.keepsTime)) continue;
      if (room.queue !== undefined && queues.has(room.queue)) continue;
      if (room.queue !== undefined) queues.add(room.queue);
      yield { name, ...room };
    }
  }

  #withMargin({ amounts, slots, notBefore, lengthMs }: WantedSlots): Wanted {
    const { marginMs } = this.#parts;
    return {
      amounts: withTask(amounts),
      slots,
      notBefore,
      lengthMs: roundedUp(lengthMs + marginMs),
    };
  }

  #add(made: readonly Claim[]): readonly string[] {
    const { claims } = this.#parts.mirror;
    for (const one of made) claims.put(one);
    return made.map(({ agent }) => agent);
  }
}

/** Documents say moments to the second. */
const secondMs = 1_000;

function roundedUp(moment: number): number {
  return Math.ceil(moment / secondMs) * secondMs;
}

/** What of that which runs for a deal takes more than it has from now on: all, where it has fewer slots or smaller ones. */
function outside(own: readonly Span[], amounts: Amounts, slots: number, until: number): readonly Span[] {
  const isSmaller = own.some((one) =>
    [...amounts].some(([name, amount]) => amount < (one.amounts.get(name) ?? 0)),
  );
  if (own.length > slots || isSmaller) return own;
  return own.filter((one) => one.until > until).map((one) => ({ ...one, from: until }));
}

/** One slot is one of the tasks that a node runs at once. */
function withTask(amounts: Amounts): Amounts {
  return new Map(amounts).set(tasksAtOnce, 1);
}

function fitsAlone({ most }: Room, amounts: Amounts): boolean {
  for (const [name, amount] of amounts) if (amount > (most.get(name) ?? amount)) return false;
  return true;
}
