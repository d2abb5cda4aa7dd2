import type { IncomingMessage } from 'node:http';
import type { Failure } from '../failure.ts';
import type { Sender } from './door.ts';

/**
 * Finds out who a request or a WebSocket is from, beyond its connection, by its head alone: nothing more of it is read
 * before. What it finds it may note on the request, for the routes; it must know every guest, or turn it away.
 */
export type Identify = (request: IncomingMessage, sender: Sender) => Verdict | Promise<Verdict>;

export type Verdict = Entered | TurnedAway;

/** The request goes on to the routes. */
export interface Entered {
  /** The sender, with what was found out of it. */
  readonly sender: Sender;
  /** Aborted when what let it in holds no more: whatever is still open is cut then. */
  readonly ended?: AbortSignal | undefined;
  /** Asked for each message of a WebSocket: why it is not taken, which ends the connection. */
  readonly next?: (() => Failure | undefined) | undefined;
}

/** The request is answered with a failure. */
export interface TurnedAway {
  readonly failure: Failure;
  /** What stands in the head of the answer besides. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Where nobody can say who they are, guests are turned away. */
export function ownersOnly(_request: IncomingMessage, sender: Sender): Verdict {
  return sender.guest ? { failure: noGuests } : { sender };
}

const noGuests: Failure = {
  code: 'not-the-owner',
  status: 403,
  detail: 'this service serves only the user who runs it, and knows nobody else',
  next: 'start a service of your own, or connect as the user who runs this one',
};
