import { createLines, type Line, type OpenLine } from './line.ts';

/** Messages of one connection: begun in order, answered in order, so many at once. */
export interface Turns<M> {
  /** Puts messages in line. */
  take(messages: Iterable<M>): void;
  /** Nothing more will come: when all that was taken is answered and no line is held, `done` is called. */
  last(): void;
  /** Begins nothing more, and takes no further pushes: what was begun is answered, then `done` is called. */
  cut(): void;
  /** Writes something that answers no message, between what is being written. */
  say(write: () => void): void;
  /** To be called when the connection has gone. */
  lost(): void;
  /** Resolves when the connection has gone. */
  readonly gone: Promise<void>;
  /** Whether something is being answered or pushed, or a line is held. */
  readonly busy: boolean;
}

interface Begun<R> {
  readonly reply: Promise<R>;
  readonly line: OpenLine;
}

/**
 * The rest of a line waits unread: while messages wait to be begun or `inFlight` are being answered, the
 * connection is paused, so that a peer can fill no more than what one read brought.
 */
export function createTurns<M, R>(options: {
  /** Messages (a count) that are being answered at once. */
  readonly inFlight: number;
  /** Answers a message; never rejects. */
  readonly begin: (message: M, line: Line) => Promise<R>;
  /** Writes an answer; resolves when the next may be written, which is at once where it returns nothing. Never rejects. */
  readonly write: (reply: R) => Promise<void> | undefined;
  /** Writes what was pushed over a line; as `write`. */
  readonly push: (pieces: Iterable<string>) => Promise<void>;
  /** Pauses the connection, or resumes it. */
  readonly flow: (open: boolean) => void;
  /** A line is held, or none is any longer. */
  readonly hold: (held: boolean) => void;
  /** All is answered and nothing more will be begun. */
  readonly done: () => void;
}): Turns<M> {
  const begun: Begun<R>[] = []; // and not answered
  const lines = createLines({ write: options.push, hold: options.hold, settled: proceed });
  let queue: M[] = [];
  let next = 0; // the first of the queue that was not begun
  let accepting = true;
  let ending: 'when released' | 'at once' | undefined;
  let answering = false;
  let open = true;

  function proceed(): void {
    while (next < queue.length && begun.length < options.inFlight) begin(queue[next++]!);
    const waiting = next < queue.length;
    if (!waiting) {
      queue = [];
      next = 0;
    }
    if (begun.length > 0) void answer();
    else if (isOver()) options.done();
    if (open !== !(waiting || begun.length >= options.inFlight)) {
      open = !open;
      options.flow(open);
    }
  }

  function begin(message: M): void {
    const line = lines.open();
    begun.push({ reply: options.begin(message, line), line });
  }

  function isOver(): boolean {
    return ending !== undefined && !lines.writing && (ending === 'at once' || !lines.held);
  }

  async function answer(): Promise<void> {
    if (answering) return;
    answering = true;
    while (begun[0] !== undefined) {
      const { reply, line } = begun[0];
      const answered = await reply;
      const written = lines.alone(() => options.write(answered));
      if (written !== undefined) await written;
      begun.shift();
      line.answered();
      proceed();
    }
    answering = false;
  }

  return {
    get busy() {
      return begun.length > 0 || lines.writing || lines.held;
    },
    gone: lines.gone,
    take(messages) {
      if (!accepting) return;
      for (const message of messages) queue.push(message);
      proceed();
    },
    last() {
      accepting = false;
      ending ??= 'when released';
      proceed();
    },
    cut() {
      accepting = false;
      ending = 'at once';
      queue = [];
      next = 0;
      lines.shut();
      proceed();
    },
    say: (write) => void lines.alone(async () => write())?.then(proceed),
    lost: lines.lost,
  };
}
