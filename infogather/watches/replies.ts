import { withEnvelope } from '../../grammar/index.ts';
import { type Answering, declined, type Reply } from '../../language-door/reply.ts';
import { isResource, type Registered } from '../answer.ts';
import { listedText } from '../events/news.ts';

/** What a Watch is sent of one event of the log. */
export interface WatchEvent {
  readonly cursor: number;
  readonly event: 'matched' | 'changed' | 'gone';
  /** Of one that is gone as it was told last. */
  readonly of: Registered;
}

/** What a document says of an answer, whatever the one that was told says. */
const ofAnswers: ReadonlySet<string> = new Set(['in-reply-to', 'event', 'cursor']);

export function eventReply(id: string, { cursor, event, of }: WatchEvent): Reply {
  const marks = [
    { name: 'In-reply-to', value: id },
    { name: 'Event', value: event },
    { name: 'Cursor', value: `${cursor}` },
  ];
  if (!isResource(of)) return { headers: [...oldHeaders(of), ...marks] };
  const headers = of.document.headers.filter(({ name }) => !ofAnswers.has(name.toLowerCase()));
  // As the answer to an Ask says it.
  const isSaid = headers.some(({ name }) => name === 'Transport');
  return { headers: withEnvelope(headers, isSaid ? marks : [...marks, { name: 'Transport', value: 'tar' }]) };
}

/** Version 0.1 passes on what it does not know, after what it knows. */
function oldHeaders(of: Registered) {
  return listedText(of)
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const colon = line.indexOf(':');
      return { name: line.slice(0, colon), value: line.slice(colon + 2) };
    })
    .filter(({ name }) => !ofAnswers.has(name.toLowerCase()));
}

export function expiredCursor(id: string, horizon: number): Reply {
  return declined(
    to(id),
    'too-late',
    `cursor-expired: the log begins at ${horizon}; watch anew without Cursor`,
  );
}

export function cursorAhead(id: string, head: number): Reply {
  return declined(to(id), 'invalid', `Cursor; the log of this infogather goes to ${head}`);
}

export function expired(id: string): Reply {
  return declined(to(id), 'too-late', 'the Watch has expired');
}

export function movedOn(id: string): Reply {
  return declined(to(id), 'id-reused', 'the Watch goes on over another connection, or in another text');
}

export function endedElsewhere(id: string): Reply {
  return declined(to(id), 'not-found', 'the Watch was ended over another connection');
}

export function cannotGoOn(id: string): Reply {
  return declined(to(id), 'capacity', 'infogather cannot go on with this Watch; send it again');
}

function to(id: string): Answering {
  return { language: 'RESOURCE', id };
}
