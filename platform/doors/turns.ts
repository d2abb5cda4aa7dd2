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
  /** Whether the next message is answered with it. */
  readonly goesOn: boolean;
}

/**
 * Characters of messages that are begun at a stretch: some milliseconds, for to begin a message is to read it. With less,
 * what many messages at once ask of a store would be more commits than one.
 */
const charactersATurn = 128 * 1024;

/** How long messages are begun at a stretch, in milliseconds: there are those that take very long for their characters. */
const longestTurnMs = 8;

/**
 * The rest of a line waits unread: while messages wait to be begun or `inFlight` are being answered, the
 * connection is paused, so that a peer can fill no more than what one read brought.
 */
export function createTurns<M, R>(options: {
  /** Messages (a count) that are being answered at once. */
  readonly inFlight: number;
  /** Characters of a message; where they are many, the event loop goes round before the next is begun. */
  readonly sizeOf?: (message: M) => number;
  /**
   * Whether a message has its answer in that of the next one: nothing is written for it, both have one line, and what is
   * begun of them is begun wholly.
   */
  readonly goesOn?: (message: M) => boolean;
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
  const { inFlight, sizeOf, goesOn } = options;
  const begun: Begun<R>[] = []; // and not answered
  const lines = createLines({ write: options.push, hold: options.hold, settled: proceed });
  let shared: OpenLine | undefined; // by the message that was begun last with the next
  let characters = 0; // begun since the event loop was let go round
  let spentMs = 0; // on it
  let resting = false; // while it goes round
  let queue: M[] = [];
  let next = 0; // the first of the queue that was not begun
  let accepting = true;
  let ending: 'when released' | 'at once' | undefined;
  let answering = false;
  let open = true;

  function proceed(): void {
    while (next < queue.length && begun.length < inFlight && !resting) begin(queue[next++]!);
    const waiting = next < queue.length;
    if (!waiting) {
      queue = [];
      next = 0;
    }
    if (begun.length > 0) void answer();
    else if (!waiting && isOver()) options.done();
    if (open !== !(waiting || begun.length >= inFlight)) {
      open = !open;
      options.flow(open);
    }
  }

  function begin(message: M): void {
    const line = shared ?? lines.open();
    const isShared = goesOn?.(message) === true;
    shared = isShared ? line : undefined;
    const startedAt = performance.now();
    begun.push({ reply: options.begin(message, line), line, goesOn: isShared });
    spentMs += performance.now() - startedAt;
    characters += sizeOf?.(message) ?? 0;
    if (characters >= charactersATurn || spentMs >= longestTurnMs) rest();
  }

  function rest(): void {
    characters = 0;
    spentMs = 0;
    resting = true;
    setImmediate(() => {
      resting = false;
      proceed();
    });
  }

  function isOver(): boolean {
    return ending !== undefined && !lines.writing && (ending === 'at once' || !lines.held);
  }

  /** Where in the queue those end whose answer goes with what was begun. */
  function endOfShared(): number {
    let last = next;
    while (last < queue.length && goesOn?.(queue[last]!) === true) last += 1;
    return last + 1;
  }

  async function answer(): Promise<void> {
    if (answering) return;
    answering = true;
    for (let first = begun[0]; first !== undefined; first = begun[0]) {
      const reply = await first.reply;
      if (!first.goesOn) {
        const written = lines.alone(() => options.write(reply));
        if (written !== undefined) await written;
      }
      begun.shift();
      if (!first.goesOn) first.line.answered();
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
      queue = shared === undefined ? [] : queue.slice(next, endOfShared());
      next = 0;
      lines.shut();
      proceed();
    },
    say: (write) => void lines.alone(async () => write())?.then(proceed),
    lost: lines.lost,
  };
}
