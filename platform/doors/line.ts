/** A connection as one message of it has it: beside the answer more may be said, whenever it comes. */
export interface Line {
  /**
   * Writes pieces (text at a text door, whole frames at a WebSocket) with nothing in between: after the answer to
   * the message that this line came with, and after all that was pushed before. Resolves when there is room for
   * more, in a later turn of the event loop, so that one who pushes without end leaves it free; while the connection
   * ends nothing is written, and it resolves once that has gone. What is pushed without waiting is kept in memory. To
   * wait for it before the message is answered is to wait forever.
   */
  push(pieces: Iterable<string>): Promise<void>;
  /** Aborted when the connection has gone. */
  readonly closed: AbortSignal;
  /** While held, the connection is not closed for being silent, nor for the peer's end of input. Returns the release. */
  hold(): () => void;
}

/** The line of one message, in the hands of the door. */
export interface OpenLine extends Line {
  /** The answer is written: what was pushed until now has its place behind it, and so has all that follows. */
  answered(): void;
}

/** What the lines of one connection share: one writer at a time, and what holds the connection. */
export interface Lines {
  /** The line of a message that is being begun. */
  open(): OpenLine;
  /**
   * Writes when all that came before is written; nothing else is written meanwhile. Returns nothing where that is over at
   * once.
   */
  alone(write: () => Promise<void> | undefined): Promise<void> | undefined;
  /** Takes no further pushes; what was taken is written. */
  shut(): void;
  /** To be called when the connection has gone. */
  lost(): void;
  /** Resolves when the connection has gone. */
  readonly gone: Promise<void>;
  /** Whether something is being written. */
  readonly writing: boolean;
  readonly held: boolean;
}

export function createLines(options: {
  /** Writes what was pushed; resolves when there is room for more, or the connection has gone. Never rejects. */
  readonly write: (pieces: Iterable<string>) => Promise<void>;
  /** The first hold began, or the last one ended. */
  readonly hold: (held: boolean) => void;
  /** Something was written or released, so that the connection may be free to end. */
  readonly settled: () => void;
}): Lines {
  const waiting: (() => void)[] = []; // to write, in order
  const connection = new AbortController();
  const gone = Promise.withResolvers<void>();
  let writing = false;
  let open = true;
  let holds = 0;

  function alone(write: () => Promise<void> | undefined): Promise<void> | undefined {
    if (writing) return inTurn(write);
    writing = true;
    const written = write();
    if (written !== undefined) return written.finally(nextInTurn);
    nextInTurn();
    return undefined;
  }

  // Up to its first await it runs at once, so places are given in the order of the calls.
  async function inTurn(write: () => Promise<void> | undefined): Promise<void> {
    await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await write();
    } finally {
      nextInTurn();
    }
  }

  function nextInTurn(): void {
    const next = waiting.shift();
    if (next === undefined) writing = false;
    else next();
  }

  const shared: Line = {
    closed: connection.signal,
    async push(pieces) {
      if (!open) return gone.promise;
      await alone(() => options.write(pieces));
      options.settled();
      return new Promise((resolve) => setImmediate(resolve));
    },
    hold() {
      holds += 1;
      if (holds === 1 && !connection.signal.aborted) options.hold(true);
      let released = false;
      return () => {
        if (released) return;
        released = true;
        holds -= 1;
        if (connection.signal.aborted) return;
        if (holds === 0) options.hold(false);
        options.settled();
      };
    },
  };

  return {
    open: () => new MessageLine(shared),
    alone,
    shut() {
      open = false;
    },
    lost() {
      open = false;
      connection.abort();
      gone.resolve();
    },
    gone: gone.promise,
    get writing() {
      return writing;
    },
    get held() {
      return holds > 0;
    },
  };
}

/** A class, for one is made for each message. */
class MessageLine implements OpenLine {
  readonly #shared: Line;
  #answered = false;
  #early: (() => void)[] | undefined; // pushed before the answer

  constructor(shared: Line) {
    this.#shared = shared;
  }

  get closed(): AbortSignal {
    return this.#shared.closed;
  }

  push(pieces: Iterable<string>): Promise<void> {
    if (this.#answered) return this.#shared.push(pieces);
    return new Promise((resolve) => {
      this.#early ??= [];
      this.#early.push(() => resolve(this.#shared.push(pieces)));
    });
  }

  hold(): () => void {
    return this.#shared.hold();
  }

  answered(): void {
    this.#answered = true;
    for (const push of this.#early ?? []) push();
    this.#early = undefined;
  }
}
