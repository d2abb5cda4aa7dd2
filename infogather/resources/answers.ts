import { type Document1, withEnvelope } from '../../grammar/index.ts';
import { type Answering, declined, type Reply, type Written, written } from '../../language-door/reply.ts';
import type { Registration } from '../registrations.ts';
import type { Found } from './asks.ts';
import type { Resource } from './resource.ts';
import type { Untold } from './store.ts';
import type { Telling } from './tells.ts';

/** What answers a document of version 1.0: section 8 of the language. */

export function answering({ language, envelope: { id } }: Document1): Answering {
  return { language, id };
}

/** The registrations that match, then the Because. */
export function foundReplies({ tells, because }: Found, to: Answering): Reply[] {
  return [...tells.map((told) => tellReply(told, to)), written('Because', to, because)];
}

export function tellingReply(telling: Telling, to: Answering): Written {
  switch (telling.became) {
    case 'stale':
      return declined(
        to,
        'stale',
        `another text of this Id is told with Seq ${telling.seq}; say a higher one to replace it`,
      );
    case 'wide':
      return declined(
        to,
        'policy',
        'Application; so many, each listed with all that is said here, are more than infogather lists: tell them apart',
      );
    case 'past':
      return declined(to, 'too-late', 'the Tell had expired when it came');
    default:
      return written('Ack', to, [{ name: 'Expires', value: telling.expires }]);
  }
}

export function untoldReply(untold: Untold, to: Answering): Written {
  if (untold !== 'unknown') return written('Ack', to);
  return declined(to, 'not-found', 'you have no live registration of this Id here');
}

function tellReply(told: Registration | Resource, { id }: Answering): Reply {
  // A Tell of version 0.1 goes out as it came: that version has no In-reply-to.
  if (!('owner' in told)) return told.document;
  const { headers } = told.document;
  const says = (name: string) => headers.some((header) => header.name === name);
  return {
    headers: withEnvelope(headers, [
      ...(id === undefined ? [] : [{ name: 'In-reply-to', value: id }]),
      // How work is sent to a Host, where its Tell does not say.
      ...(says('Transport') ? [] : [{ name: 'Transport', value: 'tar' }]),
    ]),
  };
}
