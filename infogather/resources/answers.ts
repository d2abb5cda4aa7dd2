import { withEnvelope } from '../../grammar/index.ts';
import {
  type Answering,
  declined,
  type Reply,
  tellingReply,
  type Written,
  written,
} from '../../language-door/reply.ts';
import type { Registration } from '../registrations.ts';
import type { Found } from './asks.ts';
import type { Resource } from './resource.ts';
import type { Untold } from './store.ts';
import type { Registering } from './tells.ts';

/** What answers a document of version 1.0: section 8 of the language. */

/** The registrations that match, each made into a document when it is taken, for they may be many; then the Because. */
export function foundReplies({ tells, because }: Found, to: Answering): Reply[] {
  return [...tells.map((told) => tellReply(told, to)), written('Because', to, because)];
}

export function registeringReply(registering: Registering, to: Answering): Written {
  if (registering.became !== 'wide') return tellingReply(registering, to);
  const why = 'so many, each listed with all that is said here, are more than infogather lists';
  return declined(to, 'policy', `Application; ${why}: tell them apart`);
}

export function untoldReply(untold: Untold, to: Answering): Written {
  if (untold !== 'unknown') return written('Ack', to);
  return declined(to, 'not-found', 'you have no live registration of this Id here');
}

function tellReply(told: Registration | Resource, { id }: Answering): Reply {
  // A Tell of version 0.1 goes out as it came: that version has no In-reply-to.
  if (!('owner' in told)) return told.document;
  const marks = id === undefined ? [] : [{ name: 'In-reply-to', value: id }];
  return {
    get headers() {
      const { headers } = told.document;
      // How work is sent to a Host, where its Tell does not say.
      const isSaid = headers.some(({ name }) => name === 'Transport');
      return withEnvelope(headers, isSaid ? marks : [...marks, { name: 'Transport', value: 'tar' }]);
    },
  };
}
