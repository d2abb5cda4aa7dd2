import type { IncomingMessage } from 'node:http';
import type { Sender } from '../../platform/doors/door.ts';
import type { Entered, TurnedAway, Verdict } from '../../platform/doors/identify.ts';
import type { Paces } from '../../platform/identity/paces.ts';
import { gatheringPath } from '../../protocol/agent/gathering.ts';
import { failure } from '../../protocol/catalogue.ts';
import { localAdministrator, setCaller, type UserCaller } from '../caller.ts';
import type { Identities, Shown } from './identities.ts';
import type { PageSession, PageSessions } from './page-sessions.ts';

export interface EntranceParts {
  readonly identities: Pick<Identities, 'show' | 'showHash' | 'showUid'>;
  /** The resource of the session of an agent whose token this is; undefined where there is none. */
  readonly resourceOf: (token: string) => string | undefined;
  readonly pages: Pick<PageSessions, 'find'>;
  readonly paces: Paces;
}

/** Where agents come, who say who they are by a secret or a key: they are not the user of this machine whose process they are. */
const pathsOfAgents = new Set(['/broker/v1/enrol', '/broker/agents/ws', gatheringPath]);

/** Where somebody without a token may come: there they say so themselves, or in the first frame. */
const openPaths = new Set([...pathsOfAgents, '/broker/v1/events/ws', '/broker/v1/deals/events/ws']);

/** The files of tasks: all that the session of an agent lets it reach over HTTP. */
const agentPaths = '/broker/v1/blobs/';

/** Where routes ask each caller for a scope by themselves. */
const ownPaths = '/broker/v1/';

/**
 * Who comes in to a house that has a broker, to all its services: the user who runs it without a token, everyone else by
 * a token that holds, the session of a page that was begun with one, or as the user of this machine whom an administrator has
 * named; so many requests a second each.
 */
export class Entrance {
  readonly #parts: EntranceParts;
  /** Who senders are that have shown a token. */
  readonly #users = new WeakMap<Sender, UserCaller>();

  constructor(parts: EntranceParts) {
    this.#parts = parts;
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
    const session = this.#parts.pages.find(request, sender);
    if (session !== undefined) return this.#byPage(request, path, sender, session);
    if (sender.uid !== undefined && !pathsOfAgents.has(path))
      return this.#byUid(request, path, sender, sender.uid);
    return this.#byNothing(request, path, sender);
  }

  /** A user of this machine, where an administrator has said who that is. */
  async #byUid(request: IncomingMessage, path: string, sender: Sender, uid: number): Promise<Verdict> {
    const shown = await this.#parts.identities.showUid(uid);
    if (shown === undefined) return this.#byNothing(request, path, sender);
    return this.#enterAt(path, request, sender, shown);
  }

  #byNothing(request: IncomingMessage, path: string, sender: Sender): Verdict {
    const late = this.#parts.paces.stranger(sender);
    if (late !== undefined) return late;
    if (!openPaths.has(path))
      return unknown('this wants a token: you are not the user who runs this service');
    setCaller(request, { kind: 'nobody' });
    return { sender };
  }

  /**
   * The user who a sender is: who runs the broker, whose token `identify` was shown, or on this machine whom the system
   * names. Of all others nothing is known.
   */
  async userBy(sender: Sender): Promise<UserCaller | undefined> {
    if (!sender.guest) return localAdministrator;
    const { name, uid } = sender;
    const shown = this.#users.get(sender);
    if (shown !== undefined || name !== undefined || uid === undefined) return shown;
    const known = await this.#parts.identities.showUid(uid);
    return known && { ...known.user, ended: known.ended };
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
    const token = bearerToken(authorization);
    if (token === undefined) return this.#refused(sender);
    const resource = path.startsWith(agentPaths) ? this.#parts.resourceOf(token) : undefined;
    if (resource !== undefined) {
      setCaller(request, { kind: 'agent', resource });
      return { sender };
    }
    const shown = await this.#parts.identities.show(token);
    return shown === undefined ? this.#refused(sender) : this.#enterAt(path, request, sender, shown);
  }

  /** What changes something, and a WebSocket, must say of what page it is: the door has seen to it that it is ours. */
  async #byPage(
    request: IncomingMessage,
    path: string,
    sender: Sender,
    { tokenHash, ended }: PageSession,
  ): Promise<Verdict> {
    const isSafe = /^(?:GET|HEAD)$/.test(request.method ?? '') && request.headers.upgrade === undefined;
    if (!isSafe && request.headers.origin === undefined) return ofNoPage;
    const shown = await this.#parts.identities.showHash(tokenHash);
    if (shown === undefined) return this.#refused(sender);
    const both = AbortSignal.any([ended, shown.ended]);
    return this.#enterAt(path, request, sender, { ...shown, ended: both });
  }

  #enterAt(path: string, request: IncomingMessage, sender: Sender, shown: Shown): Entered | TurnedAway {
    if (!path.startsWith(ownPaths) && !mayAsk(shown.user, path)) return notForReading;
    return this.#enter(request, sender, shown);
  }

  #enter(request: IncomingMessage, sender: Sender, { user, ended }: Shown): Entered | TurnedAway {
    const { paces } = this.#parts;
    const late = paces.user(user.owner);
    if (late !== undefined) return late;
    setCaller(request, user);
    const only = mayTell(user) ? undefined : 'reading';
    const known: Sender = { ...sender, guest: true, name: user.owner, only };
    this.#users.set(known, user);
    return {
      sender: known,
      ended,
      next: () => paces.user(user.owner)?.failure,
    };
  }

  #refused(sender: Sender): TurnedAway {
    return (
      this.#parts.paces.stranger(sender) ??
      unknown('the token is of nobody: it was revoked, has expired, or never was')
    );
  }
}

/** The token that a header shows. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w-]+) *$/i.exec(authorization ?? '')?.[1];
}

function unknown(detail: string): TurnedAway {
  return { failure: failure('not-authenticated', detail) };
}

const ofNoPage: TurnedAway = {
  failure: failure(
    'foreign-origin',
    'a session is for the pages of this service, and this request names no page',
  ),
};

const notForReading: TurnedAway = {
  failure: failure('not-allowed', 'this wants a token with the scope read or resources'),
};

/** Who may have jobs run may make deals, too: of each document the broker sees what it wants. */
function mayAsk({ isAdministrator, scopes }: UserCaller, path: string): boolean {
  if (isAdministrator === true || scopes.has('read') || scopes.has('resources')) return true;
  return scopes.has('submit') && (path === '/broker' || path === '/broker/ws');
}

function mayTell({ isAdministrator, scopes }: UserCaller): boolean {
  return isAdministrator === true || scopes.has('resources');
}
