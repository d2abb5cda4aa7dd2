import type { IncomingMessage } from 'node:http';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { localOwner } from './jobs/owner.ts';

/** Who calls: a user, by whom jobs and resources are owned, or the agent of a resource. */
export type Caller =
  | { readonly kind: 'user'; readonly owner: string }
  | { readonly kind: 'agent'; readonly resource: string };

/** The resource of the session whose token this is; undefined where there is none. */
export type ResourceOf = (token: string) => string | undefined;

/** Who sent a request that a door let in: an agent shows the token of its session. Throws a Refusal `not-authenticated`. */
export function callerOf(request: Pick<IncomingMessage, 'headers'>, resourceOf: ResourceOf): Caller {
  const { authorization } = request.headers;
  if (authorization === undefined) return { kind: 'user', owner: localOwner };
  const token = /^Bearer ([\w-]+)$/i.exec(authorization)?.[1];
  const resource = token === undefined ? undefined : resourceOf(token);
  if (resource !== undefined) return { kind: 'agent', resource };
  throw new Refusal(failure('not-authenticated', 'the token is of no session of an agent that stands'));
}

/** The user who sent a request, for routes that are for users alone. Throws a Refusal where an agent's token is shown. */
export function ownerOf(request: Pick<IncomingMessage, 'headers'>): string {
  if (request.headers.authorization === undefined) return localOwner;
  throw new Refusal(
    failure('not-authenticated', 'the token of an agent is for the files of its tasks alone'),
  );
}
