import type { Clock } from '../clock.ts';
import { count, rate } from '../config/units.ts';
import type { Sender } from '../doors/door.ts';
import type { TurnedAway } from '../doors/identify.ts';
import { Pace } from './pace.ts';

/** How often who comes to a house may come: settings of its doors. */
export const paceSettings = {
  'requests-a-second': rate(200, {
    says: 'How many requests, and frames of WebSockets or documents in them, a second one user may send who shows a token or a JWT, in the long run.',
  }),
  'requests-at-once': count(1_000, {
    says: 'How many of them may come at once, before those a second count.',
    min: 1,
  }),
  'strangers-a-second': rate(20, {
    says: 'How many requests a second may come from one address, or one user of this machine, without a token or a JWT that holds.',
  }),
  'strangers-at-once': count(100, {
    says: 'How many of them may come at once, before those a second count.',
    min: 1,
  }),
};

/** Those settings as they are read. */
export interface PaceSettings {
  readonly 'requests-a-second': number;
  readonly 'requests-at-once': number;
  readonly 'strangers-a-second': number;
  readonly 'strangers-at-once': number;
}

/** Of how many users, and of how many strangers, is remembered how often they came. */
const mostPaced = 10_000;

/** Counts who comes to a house: each user by name, and who has not shown who they are by where they come from. */
export class Paces {
  readonly #users: Pace;
  readonly #strangers: Pace;

  constructor(settings: PaceSettings, clock: Clock) {
    const users = { aSecond: settings['requests-a-second'], atOnce: settings['requests-at-once'] };
    const strangers = { aSecond: settings['strangers-a-second'], atOnce: settings['strangers-at-once'] };
    this.#users = new Pace({ ...users, names: mostPaced }, clock);
    this.#strangers = new Pace({ ...strangers, names: mostPaced }, clock);
  }

  /** Counts a request, or a message over a WebSocket, of a user; says why it is not taken, where it comes too soon. */
  user(name: string): TurnedAway | undefined {
    return late(this.#users.take(name));
  }

  /** The same of who is not known. */
  stranger({ address, uid }: Sender): TurnedAway | undefined {
    return late(this.#strangers.take(uid === undefined ? address : `user ${uid}`));
  }
}

function late(waitMs: number): TurnedAway | undefined {
  if (waitMs === 0) return undefined;
  const seconds = Math.ceil(waitMs / 1000);
  return {
    failure: {
      code: 'too-many-requests',
      status: 429,
      detail: `requests come faster than they may; wait ${seconds} s`,
      next: 'wait as long as Retry-After says, then go on more slowly',
    },
    headers: { 'Retry-After': `${seconds}` },
  };
}
