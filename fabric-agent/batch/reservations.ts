import type { Clock } from '../../platform/clock.ts';
import type { AttemptKey } from '../back-ends/back-end.ts';
import type {
  Reservation,
  ReservationAttendant,
  Reservations,
  ReserveOrder,
} from '../back-ends/reservations.ts';
import type { Reserve, Reserved, Reserving } from './reserving.ts';
import { outputOf, type Ran, type RunCommand } from './run-command.ts';
import type { BatchSystem, QueueOptions } from './system.ts';

export interface BatchReservationsOptions {
  readonly system: BatchSystem;
  readonly run: RunCommand;
  readonly queue: QueueOptions;
  /** What the names of all of this agent begin with. */
  readonly prefix: string;
  /** Whose they are. */
  readonly user: string;
  readonly clock: Clock;
}

/** What it is tried with whether the account may: one core for a minute, so far from now, in seconds. */
const trial = { slots: 1, lastsSeconds: 60, aheadSeconds: 300 * 86_400 };
/** Names that only a trial has: no id of a reservation does, for they have no capital letters. */
const trialId = 'TRIAL';

/** Where the batch system keeps room, and lets this account ask for it: that is tried. Undefined elsewhere. */
export async function openReservations(
  options: BatchReservationsOptions,
): Promise<BatchReservations | undefined> {
  const { reserving } = options.system;
  if (reserving === undefined) return undefined;
  const reservations = new BatchReservations(options, reserving);
  return (await reservations.mayReserve()) ? reservations : undefined;
}

/** Room that a batch system keeps: its own records alone say what there is. */
export class BatchReservations implements Reservations {
  readonly #options: BatchReservationsOptions;
  readonly #reserving: Reserving;
  /** By their ids, as far as they are known. */
  readonly #known = new Map<string, Reservation>();
  /** Until there is one, all may be wanted. */
  #attendant: ReservationAttendant = { isWanted: () => true, async missed() {} };
  /** How often any was asked for. */
  #asked = 0;
  /** Attempts of tasks that were sent back for want of one, by its id, until it is there. */
  readonly #sentBack = new Map<string, Map<string, number>>();

  constructor(options: BatchReservationsOptions, reserving: Reserving) {
    this.#options = options;
    this.#reserving = reserving;
  }

  /**
   * Whether the account may have room kept; true where the system does not answer just now, for what is kept already is to be
   * seen to. What an earlier try left is taken away.
   */
  async mayReserve(): Promise<boolean> {
    const { prefix, user, clock } = this.#options;
    const start = Math.ceil(clock.now() / 1000) + trial.aheadSeconds;
    const order = {
      name: prefix + trialId,
      user,
      start,
      end: start + trial.lastsSeconds,
      slots: trial.slots,
    };
    const clear = async () => {
      for (const { name, handle } of await this.#all().catch(() => []))
        if (name === order.name) await this.#release(handle).catch(() => {});
    };
    await clear();
    const taken = await this.#ask(order).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? { refused: 'there is no such command' } : undefined,
    );
    await clear();
    return taken === undefined || !('refused' in taken);
  }

  async list(): Promise<readonly Reservation[]> {
    const { prefix } = this.#options;
    const own = (await this.#all()).filter(({ name }) => name.startsWith(prefix));
    const there = own.map((one) => reservationOf(one, one.name.slice(prefix.length)));
    this.#known.clear();
    // Of two, the first: who sees to them releases the other.
    for (const one of there) if (!this.#known.has(one.id)) this.#know(one);
    return there;
  }

  async reserve({ id, startMs, endMs, slots }: ReserveOrder) {
    const { prefix, user, clock } = this.#options;
    const start = startMs <= clock.now() ? null : Math.ceil(startMs / 1000);
    const order = { name: prefix + id, user, start, end: Math.ceil(endMs / 1000), slots };
    this.#asked += 1;
    const taken = await this.#ask(order);
    if ('refused' in taken) return taken;
    const made = reservationOf(taken, id);
    this.#know(made);
    return made;
  }

  async release({ id, handle }: Reservation): Promise<void> {
    await this.#release(handle);
    if (this.#known.get(id)?.handle === handle) this.#known.delete(id);
  }

  attend(attendant: ReservationAttendant): void {
    this.#attendant = attendant;
  }

  /** How often any was asked for so far. */
  get asked(): number {
    return this.#asked;
  }

  /**
   * One in which an attempt is to run; `missed` where it is not there, and the task is to come again: its broker is told of
   * that first. Undefined where nobody wants it, and the task has come again.
   */
  async find(id: string, key: AttemptKey): Promise<Reservation | 'missed' | undefined> {
    if (!this.#known.has(id)) await this.list();
    const found = this.#known.get(id);
    if (found !== undefined) return found;
    const isWanted = this.#attendant.isWanted(id);
    await this.#attendant.missed();
    return this.#known.get(id) ?? (isWanted || this.#sendsBack(id, key) ? 'missed' : undefined);
  }

  /** Whether one has gone that was there when any had been asked for so often; it may have come again since. */
  async hasGone(id: string, key: AttemptKey, asked: number): Promise<boolean> {
    await this.list();
    if (this.#known.has(id)) return this.#asked > asked;
    return (await this.find(id, key)) !== undefined;
  }

  #know(one: Reservation): void {
    this.#known.set(one.id, one);
    this.#sentBack.delete(one.id);
  }

  /** Once for each task: the second time nobody knows better. */
  #sendsBack(id: string, { task, attempt }: AttemptKey): boolean {
    const sentBack = this.#sentBack.get(id) ?? new Map<string, number>();
    const before = sentBack.get(task) ?? attempt;
    if (before === attempt) this.#sentBack.set(id, sentBack.set(task, attempt));
    else if (sentBack.delete(task) && sentBack.size === 0) this.#sentBack.delete(id);
    return before === attempt;
  }

  async #ask(order: Reserve): Promise<Reserved | { readonly refused: string }> {
    const { system, run, queue, clock } = this.#options;
    const ran = await run(this.#reserving.reserve(order, queue));
    if (ran.code === 0) {
      const { name, start, end } = order;
      const now = Math.floor(clock.now() / 1000);
      return { name, handle: this.#reserving.reserved(ran.output, order), start: start ?? now, end };
    }
    const refused = complaintOf(ran);
    if (ran.code !== null && !system.passing.test(refused)) return { refused };
    throw new Error(`${system.name} may or may not keep ${order.name}: ${refused}`);
  }

  async #all(): Promise<readonly Reserved[]> {
    const { run, user } = this.#options;
    return this.#reserving.listed(await outputOf(run, this.#reserving.list(user)), user);
  }

  async #release(handle: string): Promise<void> {
    const { run, system } = this.#options;
    const ran = await run(this.#reserving.release(handle));
    if (ran.code === 0) return;
    const complaint = complaintOf(ran);
    if (ran.code === null || !this.#reserving.gone.test(complaint))
      throw new Error(`${system.name} does not let go of ${handle}: ${complaint}`);
  }
}

function reservationOf({ handle, start, end }: Reserved, id: string): Reservation {
  return { id, handle, startMs: start * 1000, endMs: end * 1000 };
}

/** Some commands complain where others answer. */
function complaintOf({ output, complaint }: Ran): string {
  return complaint === '' ? output.trim().replaceAll(/\s*\n\s*/g, '; ') : complaint;
}
