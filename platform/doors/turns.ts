/** Messages of one connection: begun in order, answered in order, so many at once. */
export interface Turns<M> {
  /** Puts messages in line. */
  take(messages: Iterable<M>): void;
  /** Nothing more will come: all that was taken is answered, then `done` is called. */
  last(): void;
  /** Begins nothing more: what was begun is answered, then `done` is called. */
  cut(): void;
  /** Whether something is being answered. */
  readonly busy: boolean;
}

/**
 * The rest of a line waits unread: while messages wait to be begun or `inFlight` are being answered, the
 * connection is paused, so that a peer can fill no more than what one read brought.
 */
export function createTurns<M, R>(options: {
  /** Messages (a count) that are being answered at once. */
  readonly inFlight: number;
  /** Answers a message; never rejects. */
  readonly begin: (message: M) => Promise<R>;
  /** Writes an answer; resolves when the next may be written, never rejects. */
  readonly write: (reply: R) => Promise<void>;
  /** Pauses the connection, or resumes it. */
  readonly flow: (open: boolean) => void;
  /** All is answered and nothing more will be begun. */
  readonly done: () => void;
}): Turns<M> {
  const replies: Promise<R>[] = []; // of the messages that were begun
  let queue: M[] = [];
  let next = 0; // the first of the queue that was not begun
  let accepting = true;
  let ended = false;
  let answering = false;
  let open = true;

  function proceed(): void {
    while (next < queue.length && replies.length < options.inFlight)
      replies.push(options.begin(queue[next++]!));
    const waiting = next < queue.length;
    if (!waiting) {
      queue = [];
      next = 0;
    }
    if (replies.length > 0) void answer();
    else if (ended) options.done();
    if (open !== !(waiting || replies.length >= options.inFlight)) {
      open = !open;
      options.flow(open);
    }
  }

  async function answer(): Promise<void> {
    if (answering) return;
    answering = true;
    while (replies[0] !== undefined) {
      await options.write(await replies[0]);
      replies.shift();
      proceed();
    }
    answering = false;
  }

  return {
    get busy() {
      return replies.length > 0;
    },
    take(messages) {
      if (!accepting) return;
      for (const message of messages) queue.push(message);
      proceed();
    },
    last() {
      accepting = false;
      ended = true;
      proceed();
    },
    cut() {
      accepting = false;
      ended = true;
      queue = [];
      next = 0;
      proceed();
    },
  };
}
