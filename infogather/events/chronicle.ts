import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Sliced, Slices } from '../../platform/slices.ts';
import type { MessageLevel } from '../../protocol/agent/gathering.ts';
import { nodePath } from '../../protocol/node-states.ts';
import type { Registered } from '../answer.ts';
import { Deadlines } from '../deadlines.ts';
import { Fleet, listingName, type Member } from '../nodes/fleet.ts';
import { type Known, standingOf } from '../nodes/standing.ts';
import type { ListedNews, Listings } from './listings.ts';
import { Notes, notesOf } from './notes.ts';
import type { EventStore, Move, NodeRow, Written } from './store.ts';

export interface ChronicleParts {
  readonly config: {
    readonly 'silent-after': number;
    readonly 'state-interval': number;
    readonly 'messages-kept': number;
    readonly 'messages-waiting': number;
  };
  readonly listings: Listings;
  readonly store: EventStore;
  /** What is known of the polls of a registration, and what its agent says. */
  readonly about: (one: Registered) => Pick<Known, 'fault' | 'said'> & { readonly pollable: boolean };
  /** Called with a node that has answered since it was last. */
  readonly sampled: (member: Member, heardAt: number) => void;
  /** Called when the log has gone on: with the nodes that stand otherwise. */
  readonly written: (rows: readonly NodeRow[]) => void;
  readonly slices: Slices;
  readonly clock: Clock;
  readonly log: Log;
}

/** A node that is to move, and when it answered last. */
interface Moving {
  readonly member: Member;
  readonly heardAt: number | undefined;
  readonly move: Move;
}

/** How many registrations, and how many nodes, are written together at most. */
const aStep = 500;
/** How many are looked at in one slice. */
const aSlice = 25;

/**
 * Keeps the log of what becomes of registrations and of nodes: what may have changed is looked at soon, compared with
 * what the log said of it last, and written where it differs. So the log follows within the interval, whatever ended in
 * between, and no node fills it.
 */
export class Chronicle {
  readonly fleet = new Fleet();
  readonly #parts: ChronicleParts;
  readonly #names = new Set<string>();
  readonly #members = new Set<Member>();
  readonly #deadlines = new Deadlines<Member>();
  readonly #notes: Notes;
  #cancel: () => void = () => {};
  #wakeAt = Infinity;
  #lookedAt = -Infinity;
  #looking: Promise<void> | undefined;
  #isOpen = false;
  #isWell = true;

  constructor(parts: ChronicleParts) {
    this.#parts = parts;
    this.#notes = new Notes(parts.config['messages-waiting']);
  }

  /** Begins where the log ended; what has changed since is written soon. */
  async start(): Promise<void> {
    const { store, listings, clock } = this.#parts;
    for (let after = 0; ; ) {
      const rows = await store.live(after, aStep);
      for (const row of rows) this.#members.add(this.fleet.stored(row, clock.now()));
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.node;
    }
    await listings.start((name) => this.#names.add(name));
    this.#isOpen = true;
    this.#wake();
  }

  /** Waits for what is being written; what comes after that is written when it starts again. */
  async stop(): Promise<void> {
    this.#isOpen = false;
    this.#cancel();
    await this.#looking;
  }

  /** To be called with each change of what is registered. */
  changed(before: Registered | undefined, after: Registered | undefined): void {
    const now = this.#parts.clock.now();
    if (before !== undefined && (after === undefined || before.poll !== after.poll)) {
      const left = this.fleet.remove(before);
      if (left !== undefined) this.#members.add(left);
    }
    if (after !== undefined) this.#members.add(this.fleet.put(after, now));
    const one = after ?? before;
    if (one !== undefined) this.#names.add(listingName(one));
    if (before?.toldAt !== after?.toldAt)
      for (const name of this.#parts.listings.twinsOf(one)) this.#names.add(name);
    this.#wake();
  }

  /** To be called where a node may stand otherwise though its registrations have not changed. */
  touch(member: Member): void {
    this.#members.add(member);
    this.#wake();
  }

  /** Something is worth knowing of a node. */
  note(member: Member, level: MessageLevel, text: string): void {
    if (this.#notes.add(member, level, text, this.#parts.clock.now())) this.#wake();
  }

  /** How a node stands now. */
  known(member: Member): Known {
    let heardAt: number | undefined;
    let fault: string | undefined;
    let isReachable = false;
    for (const one of member.registered.values()) {
      const about = this.#parts.about(one);
      isReachable ||= about.pollable;
      fault ??= about.fault;
      if (about.said !== undefined) member.said = about.said;
      if (one.heardAt !== undefined) heardAt = Math.max(heardAt ?? 0, one.heardAt);
    }
    // What an agent said before the last start of infogather still stands, for a while.
    member.said ??= sayingOf(member);
    const isRegistered = member.registered.size > 0;
    const { metAt, said } = member;
    return { isRegistered, isReachable, metAt, heardAt, fault, said };
  }

  #wake(): void {
    if (!this.#isOpen || this.#looking !== undefined) return;
    const { clock, config } = this.#parts;
    const now = clock.now();
    const isDirty = this.#names.size + this.#members.size + this.#notes.size > 0;
    // A clock that was set back makes nobody wait longer than the interval.
    const soonest = Math.min(
      now + config['state-interval'],
      Math.max(now, this.#lookedAt + config['state-interval']),
    );
    const at = Math.min(isDirty ? soonest : Infinity, Math.max(soonest, this.#deadlines.next ?? Infinity));
    if (at >= this.#wakeAt || at === Infinity) return;
    this.#cancel();
    this.#wakeAt = at;
    this.#cancel = clock.after(Math.max(0, at - now), () => {
      this.#wakeAt = Infinity;
      void this.#look();
    });
  }

  /** Looks at all that may have changed, a part at a time. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookAtAll()
      .catch((error: unknown) => this.#parts.log.error('cannot look at nodes', { error }))
      .finally(() => {
        this.#looking = undefined;
        this.#wake();
      });
    return this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    const { clock, slices, log } = this.#parts;
    this.#lookedAt = clock.now();
    for (const member of this.#deadlines.take(clock.now())) this.#members.add(member);
    // What comes while it looks is looked at the next time.
    let [names, members, notes] = [this.#names.size, this.#members.size, this.#notes.size];
    while (this.#isOpen && (names > 0 || members > 0 || notes > 0)) {
      const step = {
        names: firstOf(this.#names, Math.min(names, aStep)),
        members: firstOf(this.#members, Math.min(members, aStep)),
      };
      try {
        await this.#write(step.names, step.members);
        this.#isWell = true;
      } catch (error) {
        for (const name of step.names) this.#names.add(name);
        for (const member of step.members) this.#members.add(member);
        if (this.#isWell) log.error('cannot write what becomes of nodes; trying again', { error });
        this.#isWell = false;
        return;
      }
      names -= step.names.length;
      members -= step.members.length;
      notes -= aStep;
      await slices.rest();
    }
  }

  async #write(names: readonly string[], members: readonly Member[]): Promise<void> {
    const { store, listings, slices, clock, config } = this.#parts;
    const now = clock.now();
    const { listed, moving } = await slices.run(this.#compared(names, members, now));
    const moves = moving.map(({ move }) => move);
    const notes = this.#notes.take(aStep);
    if (listed.length + moving.length + notes.length === 0) return;
    let written: Written;
    try {
      written = await store.write(
        now,
        { listings: listed.map(({ listing }) => listing), moves, notes: [...notes, ...notesOf(moves, now)] },
        config['messages-kept'],
      );
    } catch (error) {
      this.#notes.putBack(notes);
      throw error;
    }
    listings.written(listed, written);
    for (const [index, { member, heardAt }] of moving.entries()) {
      const row = written.rows[index];
      if (row === undefined) continue;
      this.fleet.numberAs(member, row);
      this.#sample(member, heardAt);
      if (row.state === 'gone') this.fleet.forget(member);
    }
    this.#parts.written(written.rows);
  }

  *#compared(
    names: readonly string[],
    members: readonly Member[],
    now: number,
  ): Sliced<{ listed: ListedNews[]; moving: Moving[] }> {
    const listed: ListedNews[] = [];
    const moving: Moving[] = [];
    for (let from = 0; from < names.length; from += aSlice) {
      listed.push(...this.#parts.listings.news(names.slice(from, from + aSlice)));
      yield;
    }
    for (const [index, member] of members.entries()) {
      const move = this.#move(member, now);
      if (move !== undefined) moving.push(move);
      if (index % aSlice === aSlice - 1) yield;
    }
    return { listed, moving };
  }

  /** Under its number alone a node has a history. */
  #sample(member: Member, heardAt: number | undefined): void {
    if (member.row === undefined || heardAt === undefined || heardAt <= member.sampledAt) return;
    member.sampledAt = heardAt;
    this.#parts.sampled(member, heardAt);
  }

  #move(member: Member, now: number): Moving | undefined {
    const known = this.known(member);
    const { heardAt } = known;
    const { state, reason, until } = standingOf(known, now, this.#parts.config['silent-after']);
    if (until === undefined) this.#deadlines.delete(member);
    else this.#deadlines.set(member, until);
    const { owner, name, row } = member;
    if (state === 'gone' && row === undefined) {
      this.fleet.forget(member); // it came and went between two looks
      return undefined;
    }
    this.#sample(member, heardAt);
    if (nodePath(row?.state, state).length === 0) return undefined;
    return { member, heardAt, move: { owner, name, before: row, state, reason } };
  }
}

/** Of a node whose agent had said something before the service was started, that. */
function sayingOf({ row, metAt }: Member): Known['said'] {
  if (row?.state === 'busy') return { state: 'busy', at: metAt };
  return row?.state === 'drained' ? { state: 'draining', at: metAt } : undefined;
}

function firstOf<T>(set: Set<T>, most: number): T[] {
  const first = [...set.values().take(most)];
  for (const one of first) set.delete(one);
  return first;
}
