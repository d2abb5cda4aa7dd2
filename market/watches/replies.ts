import type { Header } from '../../grammar/index.ts';
import { type Answering, declined, type Reply, type Written, written } from '../../language-door/reply.ts';
import { marked } from '../answers.ts';
import type { LoggedAsk, NotKept } from './store.ts';

/** What Watches are answered with, and sent: section 8 of the language. */

/** The headers of what tells of an event, with an In-reply-to that has no value yet. */
export function eventHeaders(
  tell: string,
  event: 'matched' | 'changed' | 'gone',
  cursor: number,
): readonly Header[] {
  return marked(tell, [
    { name: 'In-reply-to', value: '' },
    { name: 'Event', value: event },
    { name: 'Cursor', value: `${cursor}` },
  ]).headers;
}

/** An Ask for the Watch of a broker. */
export function askedReply(id: string, { cursor, document }: LoggedAsk): Reply {
  return marked(document, [
    { name: 'In-reply-to', value: id },
    { name: 'Cursor', value: `${cursor}` },
  ]);
}

/** What a Watch without a first answer is answered with: what comes after this cursor is sent. */
export function watchAck(to: Answering, expires: string, cursor: number): Written {
  return written('Ack', to, [
    { name: 'Expires', value: expires },
    { name: 'Cursor', value: `${cursor}` },
  ]);
}

export function expiredCursor(id: string, horizon: number): Reply {
  return declined(
    { language: 'SLA', id },
    'too-late',
    `cursor-expired: the log begins at ${horizon}; watch anew without Cursor`,
  );
}

/** Why a Watch does not stand. */
export function notKept(id: string, why: NotKept): Reply {
  const to: Answering = { language: 'SLA', id };
  switch (why.became) {
    case 'stale':
      return declined(to, 'stale', `another text of this Id stands with Seq ${why.seq}`);
    case 'unknown':
      return declined(to, 'not-found', 'you have no Watch of this Id here; send it without Cursor');
    case 'expired':
      return expiredCursor(id, why.horizon);
    case 'ahead':
      return declined(to, 'invalid', `Cursor; the log of this market goes to ${why.head}`);
  }
}

export function expired(id: string): Reply {
  return declined({ language: 'SLA', id }, 'too-late', 'the Watch has expired');
}

export function movedOn(id: string): Reply {
  return declined({ language: 'SLA', id }, 'id-reused', 'the Watch goes on over another connection');
}

export function endedElsewhere(id: string): Reply {
  return declined({ language: 'SLA', id }, 'not-found', 'the Watch was ended over another connection');
}

export function cannotGoOn(id: string): Reply {
  return declined(
    { language: 'SLA', id },
    'capacity',
    'the market cannot go on with this Watch; send it again',
  );
}
