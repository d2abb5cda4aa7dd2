import { type Header, withEnvelope } from '../grammar/index.ts';
import { type Answering, declined, type Reply, type Written, written } from '../language-door/reply.ts';
import { watchIsAway } from '../protocol/why/because.ts';
import type { Report } from './found.ts';
import type { Unanswerable } from './replays/replays.ts';
import type { Untold } from './store.ts';

/** What answers a document of version 1.0: section 8 of the language. */

/** The Tells that match, each as it was told and made when it is taken, for they may be many; then the Because. */
export function foundReplies(texts: readonly string[], report: Report, to: Answering): Reply[] {
  return [...texts.map((text) => tellReply(text, to)), becauseReply(report, to)];
}

export function becauseReply({ cursor, because }: Report, to: Answering): Written {
  return written('Because', to, [{ name: 'Cursor', value: `${cursor}` }, ...because]);
}

/** Of a Watch whose connection is not there nothing is known but that it stands. */
export function watchAwayReply({ expiresAt }: { readonly expiresAt: number }, to: Answering): Written {
  return written('Because', to, [
    { name: 'Expires', value: new Date(expiresAt).toISOString() },
    { name: 'Note', value: `${watchIsAway}: nothing is sent to it` },
  ]);
}

/** Why an Ask is not answered as of the cursor that it says. */
export function unanswerableReply(missing: Unanswerable, to: Answering): Written {
  switch (missing.why) {
    case 'expired':
      return declined(
        to,
        'too-late',
        `cursor-expired: the log begins at ${missing.horizon}; ask anew without Cursor`,
      );
    case 'ahead':
      return declined(to, 'invalid', `Cursor; the log of this market goes to ${missing.head}`);
    case 'busy':
      return declined(to, 'capacity', `${missing.most} wait for an answer as of a Cursor; try again later`);
    case 'large':
      return declined(
        to,
        'capacity',
        `the market held more than ${missing.most} Tells then, which is as many as it builds again`,
      );
    case 'memory':
      return declined(
        to,
        'capacity',
        'the market of then takes more memory than it may (market.replay-memory)',
      );
    case 'late':
      return declined(to, 'capacity', 'the answer as of then takes longer than it may (market.replay-time)');
  }
}

export function untoldReply(untold: Untold, to: Answering): Written {
  if (untold.became !== 'unknown') return written('Ack', to);
  return declined(to, 'not-found', 'you have no live Tell of this Id here');
}

/** A Tell of version 0.1 says nothing of what it answers: that version has no In-reply-to. */
function tellReply(text: string, { id }: Answering): Written {
  const marks = id === undefined || isOld(text) ? [] : [{ name: 'In-reply-to', value: id }];
  return {
    get headers() {
      return marked(text, marks).headers;
    },
  };
}

/** What a document says of an answer, whatever the one that was told says. */
const ofAnswers: readonly string[] = ['in-reply-to', 'event', 'cursor'];

/**
 * A document in canonical text with what is said of it as an answer, in place of what it says of that itself. Version
 * 0.1 passes on what it does not know, after what it knows.
 */
export function marked(text: string, marks: readonly Header[]): Written {
  const headers = text.slice(0, -1).split('\n').map(headerOf);
  const others = headers.filter(({ name }) => !ofAnswers.includes(name.toLowerCase()));
  return { headers: isOld(text) ? [...others, ...marks] : withEnvelope(others, marks) };
}

function isOld(text: string): boolean {
  return text.startsWith('SLA-version: 0.1\n');
}

function headerOf(line: string): Header {
  const colon = line.indexOf(':');
  return { name: line.slice(0, colon), value: line.slice(colon + 2) };
}
