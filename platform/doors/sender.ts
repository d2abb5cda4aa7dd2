import type { IncomingMessage } from 'node:http';
import type { Sender } from './door.ts';

const sentBy = Symbol('sender');

interface Admitted {
  [sentBy]?: Sender;
}

/** Notes who sent a request; done by the door before any route sees it. */
export function setSender(request: IncomingMessage & Admitted, sender: Sender): void {
  request[sentBy] = sender;
}

/** What is one sender's, by whatever connection it comes: a name that no other has. */
export function senderName({ address, uid, name }: Sender): string {
  if (name !== undefined) return `guest ${name}`;
  return uid === undefined ? `address ${address}` : `user ${uid}`;
}

/** Who sent a request that came through an HTTP door. */
export function senderOf(request: IncomingMessage & Admitted): Sender {
  const sender = request[sentBy];
  if (sender === undefined) throw new Error('this request came through no door');
  return sender;
}
