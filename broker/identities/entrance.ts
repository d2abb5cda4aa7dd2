import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import type { Sender } from '../../platform/doors/door.ts';
import type { Entered, TurnedAway, Verdict } from '../../platform/doors/identify.ts';
import { Pace } from '../../platform/identity/pace.ts';
import { failure } from '../../protocol/catalogue.ts';
import { localAdministrator, setCaller, type UserCaller } from '../caller.ts';
import type { Identities, Shown } from './identities.ts';
import type { IdentitySettings } from './settings.ts';

export interface EntranceParts {
  readonly config: IdentitySettings;
  readonly identities: Pick<Identities, 'show'>;
  /** The resource of the session of an agent whose token this is; undefined where there is none. */
  readonly resourceOf: (token: string) => string | undefined;
  readonly clock: Clock;
}

/** Where somebody without a token may come: there they say who they are by a secret, a key, or the first frame. */
const openPaths = new Set(['/broker/v1/enrol', '/broker/agents/ws', '/broker/v1/events/ws']);

/** The files of tasks: all that the session of an agent lets it reach over HTTP. */
const agentPaths = '/broker/v1/blobs/';

/** Where routes ask each caller for a scope by themselves. */
const ownPaths = '/broker/v1/';

/** Of how many users, and of how many strangers, is remembered how often they came. */
const mostPaced = 10_000;

/**
 * Who comes in to a house that has a broker, to all its services: the user who runs it without a token, everyone else by
 * a token that holds, so many requests a second each.
 */
export class Entrance {
  readonly #parts: EntranceParts;
  readonly #users: Pace;
  readonly #strangers: Pace;

  constructor(parts: EntranceParts) {
    const { config, clock } = parts;
    this.#parts = parts;
    this.#users = new Pace(
      { aSecond: config['requests-a-second'], atOnce: config['requests-at-once'], names: mostPaced },
      clock,
    );
    this.#strangers = new Pace(
      { aSecond: config['strangers-a-second'], atOnce: config['strangers-at-once'], names: mostPaced },
      clock,
    );
  }

  /** For the door: notes on the request who sent it, or turns it away. */
  identify(request: IncomingMessage, sender: Sender): Verdict | Promise<Verdict> {
    const { authorization } = request.headers;
    const path = request.url?.split('?', 1)[0] ?? '';
    if (authorization !== undefined) return this.#byToken(request, path, sender, authorization);
    if (!sender.guest) {
      setCaller(request, localAdministrator);
      return { sender };
    }
    const late = paced(this.#strangers, addressOf(sender));
    if (late !== undefined) return late;
    if (!openPaths.has(path))
      return unknown('this wants a token: you are not the user who runs this service');
    setCaller(request, { kind: 'nobody' });
    return { sender };
  }

  /** Who shows a token in the first frame of a WebSocket, which is then theirs. */
  async byFrame(request: IncomingMessage, sender: Sender, token: string): Promise<Verdict> {
    const shown = await this.#parts.identities.show(token);
    if (shown === undefined) return this.#refused(sender);
    return this.#enter(request, sender, shown);
  }

  async #byToken(
    request: IncomingMessage,
    path: string,
    sender: Sender,
    authorization: string,
  ): Promise<Verdict> {
    const token = /^Bearer +([\w-]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) return this.#refused(sender);
    const resource = path.startsWith(agentPaths) ? this.#parts.resourceOf(token) : undefined;
    if (resource !== undefined) {
      setCaller(request, { kind: 'agent', resource });
      return { sender };
    }
    const shown = await this.#parts.identities.show(token);
    if (shown === undefined) return this.#refused(sender);
    if (!path.startsWith(ownPaths) && !mayAsk(shown.user)) return notForReading;
    return this.#enter(request, sender, shown);
  }

  #enter(request: IncomingMessage, sender: Sender, { user, ended }: Shown): Entered | TurnedAway {
    const late = paced(this.#users, user.owner);
    if (late !== undefined) return late;
    setCaller(request, user);
    const only = mayTell(user) ? undefined : 'reading';
    return {
      sender: { ...sender, guest: true, name: user.owner, only },
      ended,
      next: () => paced(this.#users, user.owner)?.failure,
    };
  }

  #refused(sender: Sender): TurnedAway {
    return (
      paced(this.#strangers, addressOf(sender)) ??
      unknown('the token is of nobody: it was revoked, has expired, or never was')
    );
  }
}

function paced(pace: Pace, name: string): TurnedAway | undefined {
  const waitMs = pace.take(name);
  if (waitMs === 0) return undefined;
  const seconds = Math.ceil(waitMs / 1000);
  const detail = `requests come faster than they may; wait ${seconds} s`;
  return { failure: failure('too-many-requests', detail), headers: { 'Retry-After': `${seconds}` } };
}

function unknown(detail: string): TurnedAway {
  return { failure: failure('not-authenticated', detail) };
}

const notForReading: TurnedAway = {
  failure: failure('not-allowed', 'this wants a token with the scope read or resources'),
};

function mayAsk({ isAdministrator, scopes }: UserCaller): boolean {
  return isAdministrator === true || scopes.has('read') || scopes.has('resources');
}

function mayTell({ isAdministrator, scopes }: UserCaller): boolean {
  return isAdministrator === true || scopes.has('resources');
}

function addressOf({ address, uid }: Sender): string {
  return uid === undefined ? address : `user ${uid}`;
}
