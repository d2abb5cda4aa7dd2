import type { MessageLevel } from '../../protocol/agent/gathering.ts';
import type { NodeStanding } from '../../protocol/node-states.ts';
import type { Member } from '../nodes/fleet.ts';
import type { Move, Note } from './store.ts';

/** Characters of one message. */
const mostCharacters = 1_000;
/** For how long, in milliseconds, the messages of one node are counted together. */
const windowMs = 1_000;
/** Messages of all nodes (a count) that wait to be written. */
const mostWaiting = 10_000;

/** How many messages of a node came in a window, from when on. */
interface Counted {
  readonly since: number;
  taken: number;
  dropped: number;
}

/** What is to be written of nodes: of each so many messages a second, however many it says. */
export class Notes {
  readonly #most: number;
  #waiting: Note[] = [];
  readonly #counted = new WeakMap<Member, Counted>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Takes a message, unless the node says too many; says whether it did. */
  add(member: Member, level: MessageLevel, text: string, now: number): boolean {
    let counted = this.#counted.get(member);
    if (counted === undefined || now - counted.since >= windowMs || now < counted.since) {
      const { dropped = 0 } = counted ?? {};
      counted = { since: now, taken: 0, dropped: 0 };
      this.#counted.set(member, counted);
      if (dropped > 0) this.#take(member, 'warn', `${dropped} messages before this one were dropped`, now);
    }
    if (counted.taken >= this.#most) {
      counted.dropped += 1;
      return false;
    }
    counted.taken += 1;
    this.#take(member, level, text, now);
    return true;
  }

  /** Takes out what waits, at most `most` of it. */
  take(most: number): Note[] {
    return this.#waiting.splice(0, most);
  }

  /** What could not be written waits again. */
  putBack(notes: readonly Note[]): void {
    this.#waiting.unshift(...notes);
  }

  #take({ owner, name }: Member, level: MessageLevel, text: string, at: number): void {
    // Nothing is kept for a store that takes nothing.
    if (this.#waiting.length >= mostWaiting) return;
    this.#waiting.push({ owner, name, at, level, text: text.slice(0, mostCharacters) });
  }
}

const levels: Readonly<Partial<Record<NodeStanding, MessageLevel>>> = { silent: 'warn' };

/** What is worth saying of how nodes moved. */
export function notesOf(moves: readonly Move[], at: number): Note[] {
  return moves.map(({ owner, name, state, reason }) => {
    return {
      owner,
      name,
      at,
      level: levels[state] ?? 'info',
      text: `${state}: ${reason}`.slice(0, mostCharacters),
    };
  });
}
