import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import type { BrokerWord } from '../../protocol/agent/messages.ts';
import { mostReservations, type Reserved } from '../../protocol/agent/reservations.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { ReservationRequest, ReservationView } from '../../protocol/reservations.ts';
import {
  addReservation,
  checkOwner,
  findReservation,
  forgetReservations,
  jobIn,
  type ReservationRow,
  removeReservation,
  reservationsOf,
  setState,
  wantedOf,
} from './store.ts';

/** The way to the agent of a resource. */
interface Link {
  send(messages: readonly BrokerWord[]): void;
}

export interface ReservationsParts {
  readonly config: { readonly 'reserve-wait': number };
  readonly store: Store;
  /** What agents have said is on its way to the disk; what is returned is called once it is there. */
  readonly heard?: (sql: Sql, resource: string) => () => void;
  readonly clock: Clock;
}

/** How long, in milliseconds, one whose time is over is told of. */
const toldMs = 86_400_000;
const idBytes = 6;

/**
 * Room that owners have the batch systems behind their resources keep. The store says what is wanted; each change is told to
 * the agent as the whole list of what it is to keep, and so is it when it comes.
 */
export class Reservations {
  readonly #parts: ReservationsParts;
  readonly #links = new Map<string, Link>();
  /** The version of the last list, of any resource. */
  #version = 0;
  /** Since which version nobody wants one that its agent may still keep, by id. */
  readonly #unwantedSince = new Map<string, number>();
  /** Called whenever an agent has said how it is with what it keeps. */
  readonly #waiting = new Set<() => void>();
  /** One list after the other, so that what is said last is how it is. */
  #telling: Promise<void> = Promise.resolve();

  constructor(parts: ReservationsParts) {
    this.#parts = parts;
  }

  /** An agent says that it can have room kept, over a session: where that is a new one, it is told what it is to keep. */
  async attach(resource: string, link: Link): Promise<void> {
    if (this.#links.get(resource) === link) return;
    this.#links.set(resource, link);
    await this.#tell(resource);
  }

  /** The agent is there no more, or can have nothing kept. */
  detach(resource: string): void {
    this.#links.delete(resource);
  }

  /**
   * Has room kept, and waits a while for what the agent says. Throws a Refusal `not-found`, `reservation-refused`; one whose
   * agent has not answered is `asked`, and may yet be refused.
   *
   * @param owner whose resource it must be; anybody's where it is undefined
   */
  async reserve(
    owner: string | undefined,
    resource: string,
    { slots, startsAt, endsAt }: ReservationRequest,
  ): Promise<ReservationView> {
    const { store, clock } = this.#parts;
    const now = clock.now();
    if (endsAt <= now) throw refused('its end is past', 'say a later one');
    const id = `r${randomBytes(idBytes).toString('hex')}`;
    const row: ReservationRow = {
      ...{ id, resource, slots, startsAt: Math.max(startsAt, now), endsAt },
      ...{ state: 'asked', handle: null, reason: null, deal: null },
    };
    await store.read((sql) => checkOwner(sql, owner, resource));
    if (!this.#links.has(resource)) {
      const next = `see with ogm resource show ${resource} whether it is there, and has the power 'reserve'`;
      throw refused(`'${resource}' is not there, or cannot have anything kept`, next);
    }
    await store.write((sql) => {
      checkOwner(sql, owner, resource);
      if (reservationsOf(sql, resource).filter((one) => one.endsAt > now).length >= mostReservations)
        throw refused(`'${resource}' has ${mostReservations} reservations already`, 'release some of them');
      addReservation(sql, row);
    });
    const found = await this.#answered(resource, id);
    if (found === undefined) throw refused(`reservation ${id} was released meanwhile`);
    if (found.state !== 'refused') return viewOf(found, now);
    await store.write((sql) => removeReservation(sql, id));
    throw refused(`'${resource}' does not keep it: ${found.reason}`);
  }

  /** Those of a resource, by their beginning; those whose time is over for a day. */
  async list(owner: string | undefined, resource: string): Promise<ReservationView[]> {
    const now = this.#parts.clock.now();
    const rows = await this.#parts.store.read((sql) => {
      checkOwner(sql, owner, resource);
      return reservationsOf(sql, resource);
    });
    return rows.map((row) => viewOf(row, now));
  }

  /**
   * Lets one go, and waits a while until its agent says that it is gone; returns whether that is so. Throws a Refusal
   * `not-found`, or `reservation-in-use` where a job that is not over is to run in it.
   */
  async release(owner: string | undefined, resource: string, id: string): Promise<boolean> {
    await this.#parts.store.write((sql) => {
      checkOwner(sql, owner, resource);
      const row = findReservation(sql, resource, id);
      if (row === undefined) {
        const next = `see them with ogm resource reservations ${resource}`;
        throw new Refusal(failure('not-found', `'${resource}' has no reservation '${id}'`, next));
      }
      if (row.deal !== null) {
        const next = 'end the agreement: then it is let go';
        throw new Refusal(failure('reservation-in-use', `an agreement has reservation ${id}`, next));
      }
      const job = jobIn(sql, id);
      if (job !== undefined) {
        const next = `wait for it, or end it with ogm job cancel ${job}`;
        throw new Refusal(failure('reservation-in-use', `job ${job} is to run in reservation ${id}`, next));
      }
      if (row.state === 'refused') removeReservation(sql, id);
      else setState(sql, { ...row, state: 'releasing' });
    });
    this.#unwantedSince.set(id, this.#version + 1);
    return (await this.#answered(resource, id)) === undefined;
  }

  /** What the agent of a resource says of what it keeps; resolves when it is on disk. */
  async heard(resource: string, { version, kept, refused, left }: Reserved): Promise<void> {
    const handles = new Map(kept.map(({ id, handle }) => [id, handle]));
    const reasons = new Map(refused.map(({ id, reason }) => [id, reason]));
    const isLeft = new Set(left);
    const { after, isFewer } = await this.#parts.store.write((sql) => {
      let isFewer = false;
      for (const row of reservationsOf(sql, resource)) {
        const { id, state } = row;
        const handle = handles.get(id);
        const reason = reasons.get(id);
        if (state === 'releasing') {
          const isTold = version >= (this.#unwantedSince.get(id) ?? 1);
          if (!isTold || isLeft.has(id) || handle !== undefined) continue;
          removeReservation(sql, id);
          this.#unwantedSince.delete(id);
        } else if (handle !== undefined) {
          if (state !== 'kept' || handle !== row.handle)
            setState(sql, { id, state: 'kept', handle, reason: null });
        } else if (reason !== undefined && state !== 'refused') {
          setState(sql, { id, state: 'refused', handle: null, reason });
          isFewer = true;
        }
        // It has gone, and its agent has it asked for again.
        else if (reason === undefined && state === 'kept')
          setState(sql, { id, state: 'asked', handle: null, reason: null });
      }
      return { after: this.#parts.heard?.(sql, resource), isFewer };
    });
    after?.();
    // What was refused is not wanted by the next list: only then its agent would try it anew.
    if (isFewer) this.changed(resource);
    for (const wake of [...this.#waiting]) wake();
  }

  /** What an agent is to keep has changed. */
  changed(resource: string): void {
    void this.#tell(resource).catch(() => {}); // it is told all of it when it comes again
  }

  /** Forgets those that are over for long. */
  async sweep(now: number): Promise<void> {
    await this.#parts.store.write((sql) => forgetReservations(sql, now - toldMs));
  }

  /** Tells the agent, and waits for what it says of one for as long as is set; the row as it is then. */
  async #answered(resource: string, id: string): Promise<ReservationRow | undefined> {
    const { store, clock, config } = this.#parts;
    const find = () => store.read((sql) => findReservation(sql, resource, id));
    const isOpen = (row: ReservationRow | undefined) => row?.state === 'asked' || row?.state === 'releasing';
    let isLate = false;
    let woken = Promise.withResolvers<void>();
    const wake = () => woken.resolve();
    const cancel = clock.after(config['reserve-wait'], () => {
      isLate = true;
      wake();
    });
    this.#waiting.add(wake);
    try {
      await this.#tell(resource);
      for (;;) {
        const row = await find();
        if (!isOpen(row) || isLate || !this.#links.has(resource)) return row;
        await woken.promise;
        woken = Promise.withResolvers<void>();
      }
    } finally {
      cancel();
      this.#waiting.delete(wake);
    }
  }

  /** Says to the agent of a resource all that it is to keep. */
  #tell(resource: string): Promise<void> {
    const { store, clock } = this.#parts;
    const told = this.#telling.then(async () => {
      this.#version += 1;
      const version = this.#version;
      const wanted = await store.read((sql) => wantedOf(sql, resource, clock.now()));
      this.#links.get(resource)?.send([{ type: 'reservations', version, wanted }]);
    });
    this.#telling = told.catch(() => {});
    return told;
  }
}

function viewOf({ deal: _deal, ...row }: ReservationRow, now: number): ReservationView {
  return row.endsAt <= now && row.state !== 'refused' ? { ...row, state: 'over' } : row;
}

function refused(detail: string, next?: string): Refusal {
  return new Refusal(failure('reservation-refused', detail, next));
}
