import type { IncomingMessage } from 'node:http';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { localUser, type Scope, scopes } from '../protocol/identities.ts';

/** A user, by whom jobs and resources are owned. */
export interface User {
  readonly kind: 'user';
  readonly owner: string;
  /** Whether what is others' is theirs too. */
  readonly isAdministrator?: boolean | undefined;
}

/** Who asks for something that has an owner: a user, or the agent of a resource. */
export type Caller = User | { readonly kind: 'agent'; readonly resource: string };

/** A user, and what they may do with the token that they have shown. */
export interface UserCaller extends User {
  readonly scopes: ReadonlySet<Scope>;
  /** The id of the token; none of the user who runs the broker. */
  readonly token?: string | undefined;
  /** Until when it holds, in milliseconds since 1970. */
  readonly holdsUntil?: number | undefined;
  /** Aborted when they are a user no more, where no door ends by itself what is open by it. */
  readonly ended?: AbortSignal | undefined;
}

/** Who sent a request: also somebody who has not said who they are, or says it by other means. */
export type Who = UserCaller | Exclude<Caller, User> | { readonly kind: 'nobody' };

/** The user who runs the broker, on its own machine. */
export const localAdministrator: UserCaller = {
  kind: 'user',
  owner: localUser,
  isAdministrator: true,
  scopes: new Set(scopes),
};

const sentBy = Symbol('caller');

type Carrier = Pick<IncomingMessage, 'headers'> & { [sentBy]?: Who };

/** Notes who sent a request: done by the entrance of the broker before any route sees it. */
export function setCaller(request: Carrier, who: Who): void {
  request[sentBy] = who;
}

/** Whether it is known who sent a request. */
export function isKnown(request: Carrier): boolean {
  const who = request[sentBy];
  return who !== undefined && who.kind !== 'nobody';
}

/** The user who sent a request, whatever their token is for. Throws a Refusal `not-authenticated`. */
export function callingUser(request: Carrier): UserCaller {
  const who = request[sentBy];
  if (who?.kind !== 'user') throw notAuthenticated(who);
  return who;
}

/** The user who sent a request. Throws a Refusal `not-authenticated`; `not-allowed` where their token is not for this. */
export function userOf(request: Carrier, scope: Scope): UserCaller {
  const who = callingUser(request);
  if (who.isAdministrator || who.scopes.has(scope)) return who;
  const detail = `this wants a token with the scope ${scope}, and yours has ${[...who.scopes].join(', ')}`;
  throw new Refusal(failure('not-allowed', detail));
}

/** The user or the agent who sent a request; the scope is asked of users. Throws as {@link userOf}. */
export function callerOf(request: Carrier, scope: Scope): Caller {
  const who = request[sentBy];
  return who?.kind === 'agent' ? who : userOf(request, scope);
}

function notAuthenticated(who: Who | undefined): Refusal {
  const detail =
    who?.kind === 'agent'
      ? 'the token of an agent is for the files of its tasks alone'
      : 'this wants a token: nobody knows who you are';
  return new Refusal(failure('not-authenticated', detail));
}
