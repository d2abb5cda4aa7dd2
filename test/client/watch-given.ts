import type { Document1 } from '../../grammar/index.ts';
import type { Line, Receiver } from '../../language-door/receiver.ts';
import { type Answering, declined, type Reply, written } from '../../language-door/reply.ts';
import { openLanguageDoors } from '../language-door/support.ts';

/** A service whose log is a list: the event of cursor n is the n-th of it. */
export interface GivenService extends AsyncDisposable {
  readonly url: string;
  /** Puts events into the log. */
  happen(count: number): void;
  /** Ends the Watch after the events, by a Decline. */
  decline(reason: string): void;
  /** Questions as they came. */
  readonly asked: readonly Document1[];
  readonly lines: readonly Line[];
  /** Events (a count) that the door had room for. */
  readonly pushed: number;
}

/** Every first answer is of cursor 0: a Tell, then a Because. */
export async function givenService(
  options: {
    /** How many events go into one push: the first that many, and so on, around. */
    readonly batches?: readonly number[];
    readonly answer?: Receiver;
    /** Characters of each event. */
    readonly size?: number;
  } = {},
): Promise<GivenService> {
  const { batches = [1], size = 1 } = options;
  const asked: Document1[] = [];
  const lines: Line[] = [];
  let events = 0;
  let pushed = 0;
  let reason: string | undefined;
  let wake = Promise.withResolvers<void>();
  const change = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };

  async function follow(to: Answering, after: number, line: Line): Promise<void> {
    line.closed.addEventListener('abort', () => change());
    for (let at = after, push = 0; !line.closed.aborted; push++) {
      const next = Math.min(events, at + (batches[push % batches.length] ?? 1));
      const documents: Reply[] = [];
      while (at < next) documents.push(event(to, ++at, size));
      const isOver = at === events && reason !== undefined;
      if (isOver) documents.push(declined(to, 'too-late', reason ?? ''));
      if (documents.length > 0) await line.push(documents);
      pushed += documents.length;
      if (isOver) return;
      if (at === events) await wake.promise;
    }
  }

  const watching: Receiver = async (document, _sender, _text, line) => {
    const { language, envelope } = document as Document1;
    const to = { language, id: envelope.id };
    if (line === undefined) throw new Error('a Watch needs a line');
    asked.push(document as Document1);
    lines.push(line);
    void follow(to, envelope.cursor ?? 0, line);
    if (envelope.cursor !== undefined) return [written('Ack', to, [{ name: 'Cursor', value: `${events}` }])];
    return [
      written('Tell', to, [{ name: 'Id', value: 'tell-0' }, broker, { name: 'Cpus', value: '8' }]),
      written('Because', to, [
        { name: 'Cursor', value: '0' },
        { name: 'Matched', value: '1 of 1' },
      ]),
    ];
  };

  const doors = await openLanguageDoors(options.answer ?? watching);
  return {
    url: doors.url,
    asked,
    lines,
    get pushed() {
      return pushed;
    },
    happen(count) {
      events += count;
      change();
    },
    decline(why) {
      reason = why;
      change();
    },
    [Symbol.asyncDispose]: () => doors[Symbol.asyncDispose](),
  };
}

const broker = { name: 'Broker-IP', value: '193.10.66.141:7685' };

function event(to: Answering, cursor: number, size: number): Reply {
  return written('Tell', to, [
    { name: 'Id', value: `tell-${cursor}` },
    { name: 'Event', value: 'matched' },
    broker,
    { name: 'Cursor', value: `${cursor}` },
    { name: 'Title', value: 'x'.repeat(size) },
  ]);
}
