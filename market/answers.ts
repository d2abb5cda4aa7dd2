import type { Document1, Header } from '../grammar/index.ts';
import { type Answering, declined, type Reply, type Written, written } from '../language-door/reply.ts';
import type { Found } from './matchmaker.ts';
import type { LiveTell } from './registry.ts';
import type { Untold } from './store.ts';
import type { Telling } from './tells.ts';

/** What answers a document of version 1.0: section 8 of the language. */

export function answering({ language, envelope: { id } }: Document1): Answering {
  return { language, id };
}

/** The Tells that match, each as it was told, then the Because. */
export function foundReplies(found: Found, to: Answering): Reply[] {
  return [...found.tells.map((live) => tellReply(live, to)), becauseReply(found, to)];
}

export function becauseReply({ because }: Pick<Found, 'because'>, to: Answering): Written {
  return written('Because', to, because);
}

export function tellingReply(telling: Telling, to: Answering): Written {
  switch (telling.became) {
    case 'stale':
      return declined(
        to,
        'stale',
        `another text of this Id is told with Seq ${telling.seq}; say a higher one to replace it`,
      );
    case 'past':
      return declined(to, 'too-late', 'the Tell had expired when it came');
    default:
      return written('Ack', to, [{ name: 'Expires', value: telling.expires }]);
  }
}

export function untoldReply(untold: Untold, to: Answering): Written {
  if (untold !== 'unknown') return written('Ack', to);
  return declined(to, 'not-found', 'you have no live Tell of this Id here');
}

function tellReply({ row: { document, hash }, old: [tell] }: LiveTell, { id }: Answering): Reply {
  // A Tell of version 0.1 goes out as it came: that version has no In-reply-to.
  return hash === null && tell !== undefined ? tell : inReplyTo(document, id);
}

/** The headers that stand before In-reply-to. */
const before: readonly string[] = ['SLA-version', 'Action', 'Id', 'Seq'];

/** A Tell in canonical text as an answer; `id` is that of the question. */
function inReplyTo(document: string, id: string | undefined): Written {
  const headers = document.trimEnd().split('\n').map(headerOf);
  const others = headers.filter(({ name }) => name !== 'In-reply-to');
  if (id === undefined) return { headers: others };
  const at = others.findIndex(({ name }) => !before.includes(name));
  return { headers: others.toSpliced(at, 0, { name: 'In-reply-to', value: id }) };
}

function headerOf(line: string): Header {
  const colon = line.indexOf(':');
  return { name: line.slice(0, colon), value: line.slice(colon + 2) };
}
