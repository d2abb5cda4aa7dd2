import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import {
  mostLeft,
  mostReservations,
  type Reserved,
  reservationId,
  type WantedReservations,
} from '../../protocol/agent/reservations.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import type { Reservation, Reservations, ReserveOrder } from '../back-ends/reservations.ts';
import { brokerMark, isMarked } from '../back-ends/shared.ts';
import { planOf } from './plan.ts';

export interface ReservationKeeperOptions {
  readonly backEnd: Pick<BackEnd, 'reservations'>;
  /** What stands before the ids of each broker; empty of the first. */
  readonly marks: readonly string[];
  /** Says something to the broker with a mark. */
  readonly send: (mark: string, message: Reserved) => void;
  /** Processor cores that are kept at once, at most. */
  readonly mostSlots: number;
  /** How far from now, in milliseconds, the end of what is kept may lie. */
  readonly aheadMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often, in milliseconds, it is looked whether what is kept is what is wanted. */
const everyMs = 60_000;
/** Characters of a reason that a broker is told. */
const longestReason = 1000;

interface Broker {
  list: WantedReservations | undefined;
  /** Why what it wants cannot be had, by id. */
  readonly refused: Map<string, string>;
  said: string;
}

/**
 * Has the back end keep what brokers want kept, and nothing else: at the start, whenever a broker says what it wants, and
 * every minute. What there is, only the back end says; what is wanted, only brokers.
 */
export class ReservationKeeper implements Part {
  readonly #options: ReservationKeeperOptions;
  readonly #brokers: ReadonlyMap<string, Broker>;
  #isStopped = false;
  #isAgain = false;
  #passing: Promise<void> | undefined;
  #cancelNext = () => {};

  constructor(options: ReservationKeeperOptions) {
    this.#options = options;
    const none = (): Broker => ({ list: undefined, refused: new Map(), said: '' });
    this.#brokers = new Map(options.marks.map((mark) => [mark, none()]));
  }

  async start(): Promise<void> {
    const { reservations } = this.#options.backEnd;
    if (reservations === undefined) return;
    reservations.attend({ isWanted: (id) => this.#isWanted(id), missed: () => this.#missed() });
    this.#pass();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelNext();
    await this.#passing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** A broker says all that it wants. */
  want(mark: string, list: WantedReservations): void {
    const broker = this.#brokers.get(mark);
    if (broker === undefined) return;
    broker.list = list;
    broker.said = '';
    const ids = new Set(list.wanted.map(({ id }) => id));
    for (const id of [...broker.refused.keys()]) if (!ids.has(id)) broker.refused.delete(id);
    this.#pass();
  }

  /** One pass after the other. */
  #pass(): void {
    if (this.#isStopped) return;
    if (this.#passing !== undefined) {
      this.#isAgain = true;
      return;
    }
    this.#cancelNext();
    this.#isAgain = false;
    this.#passing = this.#reconcile()
      .catch((error: unknown) =>
        this.#options.log.warn('it cannot be seen to what is to be kept for later; trying again', { error }),
      )
      .finally(() => {
        this.#passing = undefined;
        if (this.#isAgain) this.#pass();
        else if (!this.#isStopped && this.#options.backEnd.reservations !== undefined)
          this.#cancelNext = this.#options.clock.after(everyMs, () => this.#pass());
      });
  }

  /** Looks once more; who comes while it is looked waits for the next look, for this one may have seen what was there. */
  async #missed(): Promise<void> {
    await this.#passing;
    if (this.#passing === undefined) this.#pass();
    await this.#passing;
  }

  async #reconcile(): Promise<void> {
    // Lists that come meanwhile are for the next pass.
    const lists = new Map(Array.from(this.#brokers, ([mark, { list }]) => [mark, list]));
    const { reservations } = this.#options.backEnd;
    if (reservations === undefined) {
      for (const [mark, list] of lists) this.#refuseAll(mark, list);
      return this.#tell(lists, []);
    }
    const now = this.#options.clock.now();
    const wanted = [...lists].flatMap(([mark, list]) => this.#allowed(mark, list));
    const isUndecided = (id: string) => {
      const mark = brokerMark(id);
      return lists.has(mark) && lists.get(mark) === undefined;
    };
    const { make, release } = planOf(await reservations.list(), wanted, isUndecided, now);
    for (const one of release) await this.#release(reservations, one);
    let slots = slotsOf(wanted.filter((one) => one.endMs > now && !make.includes(one)));
    for (const one of make) if (await this.#make(reservations, one, slots)) slots += one.slots;
    this.#tell(lists, await reservations.list());
  }

  /** Whether one is to be kept yet, as the back end has its id; also where its broker has yet to say. */
  #isWanted(id: string): boolean {
    const mark = brokerMark(id);
    const broker = this.#brokers.get(mark);
    if (broker?.list === undefined) return broker !== undefined;
    const own = id.slice(mark.length);
    const now = this.#options.clock.now();
    return !broker.refused.has(own) && broker.list.wanted.some(({ id, endMs }) => id === own && endMs > now);
  }

  #refuseAll(mark: string, list: WantedReservations | undefined): void {
    const why = 'this node cannot keep anything for later, or its account may not';
    for (const { id } of list?.wanted ?? []) this.#brokers.get(mark)?.refused.set(id, why);
  }

  /** What a broker wants that was not refused, by the ids that the back end has. */
  #allowed(mark: string, list: WantedReservations | undefined): ReserveOrder[] {
    const refused = this.#brokers.get(mark)?.refused;
    return (list?.wanted ?? []).flatMap((one) => {
      if (mark === '' && isMarked(one.id)) refused?.set(one.id, 'its name cannot be used on a node');
      return refused?.has(one.id) ? [] : [{ ...one, id: mark + one.id }];
    });
  }

  /** Whether it is kept, or may be; `slots` are beside it. */
  async #make(reservations: Reservations, order: ReserveOrder, slots: number): Promise<boolean> {
    const { mostSlots, aheadMs, clock, log } = this.#options;
    const mark = brokerMark(order.id);
    const refuse = (why: string) =>
      this.#brokers.get(mark)?.refused.set(order.id.slice(mark.length), why.slice(0, longestReason));
    // Not of what is there: a clock that is set back would take it away.
    if (order.endMs > clock.now() + aheadMs) {
      refuse('its end is further from now than this node keeps anything');
      return false;
    }
    if (slots + order.slots > mostSlots) {
      refuse(`this node has no more than ${mostSlots} slots kept at once, and ${slots} are`);
      return false;
    }
    try {
      const taken = await reservations.reserve(order);
      if ('refused' in taken) refuse(taken.refused);
      return !('refused' in taken);
    } catch (error) {
      log.warn('it is not known whether something is kept for later; it will be seen', { ...order, error });
      return true;
    }
  }

  async #release(reservations: Reservations, one: Reservation): Promise<void> {
    await reservations
      .release(one)
      .catch((error: unknown) =>
        this.#options.log.warn('what was kept for later is not let go yet', { ...one, error }),
      );
  }

  /** Says to each broker how it stands, where that is news. */
  #tell(lists: ReadonlyMap<string, WantedReservations | undefined>, there: readonly Reservation[]): void {
    for (const [mark, list] of lists) {
      const broker = this.#brokers.get(mark);
      if (list === undefined || broker === undefined) continue;
      const ids = new Set(list.wanted.map(({ id }) => id));
      const own = there
        .filter(({ id }) => brokerMark(id) === mark)
        .map(({ id, handle }) => ({ id: id.slice(mark.length), handle }))
        // A trial that was not let go of has a name that is no id: a broker takes it for no message.
        .filter(({ id }) => reservationId.safeParse(id).success);
      const message: Reserved = {
        type: 'reserved',
        version: list.version,
        kept: own.filter(({ id }) => ids.has(id)).slice(0, mostReservations),
        refused: Array.from(broker.refused, ([id, reason]) => ({ id, reason })).filter(({ id }) =>
          ids.has(id),
        ),
        left: own
          .filter(({ id }) => !ids.has(id))
          .map(({ id }) => id)
          .slice(0, mostLeft),
      };
      const text = JSON.stringify(message);
      if (text === broker.said) continue;
      broker.said = text;
      this.#options.send(mark, message);
    }
  }
}

function slotsOf(orders: readonly ReserveOrder[]): number {
  return orders.reduce((sum, { slots }) => sum + slots, 0);
}
