import { createLines, type Line, type OpenLine } from './line.ts';
import type { Reading } from './reading.ts';

/** Messages of one connection: begun in order, answered in order, so many at once. */
export interface Turns<M> {
  /** Puts in line what came: it is split into messages when these are to be begun, which never throws. */
  take(split: () => Iterable<M>): void;
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
  /** Whether something waits to be begun, is being answered or pushed, or a line is held. */
  readonly busy: boolean;
}

interface Begun<R> {
  readonly reply: Promise<R>;
  readonly line: OpenLine;
  /** Whether the next message is answered with it. */
  readonly goesOn: boolean;
}

/**
 * Characters of messages of one connection that are begun at a stretch: what is quick to read may be long to keep. With
 * less, what many messages at once ask of a store would be more commits than one.
 */
const charactersATurn = 128 * 1024;

/**
 * The rest of a line waits unread: while messages wait to be begun or `inFlight` are being answered, the
 * connection is paused, so that a peer can fill no more than what one read brought.
 */
export function createTurns<M, R>(options: {
  /** Messages (a count) that are being answered at once. */
  readonly inFlight: number;
  /** In which messages are split and begun, as those of other connections are. */
  readonly reading: Reading;
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
  const { inFlight, reading, sizeOf, goesOn } = options;
  const begun: Begun<R>[] = []; // and not answered
  const lines = createLines({ write: options.push, hold: options.hold, settled: proceed });
  let shared: OpenLine | undefined; // by the message that was begun last with the next
  let characters = 0; // begun since it rested
  let resting = false; // while the event loop goes round, or others are read
  let came: (() => Iterable<M>)[] = []; // after the queue, and not split yet
  let queue: M[] = [];
  let next = 0; // the first of the queue that was not begun
  let beginning = false; // a message, which may end what the connection is held by
  let accepting = true;
  let ending: 'when released' | 'at once' | undefined;
  let answering = false;
  let open = true;

  function proceed(): void {
    if (beginning) return; // or the next would be begun and answered before it
    while (!resting && mayStep()) {
      if (characters >= charactersATurn) rest();
      else if (reading.hasTime) step();
      else waitForTime();
    }
    const waiting = isWaiting();
    if (begun.length > 0) void answer();
    else if (!waiting && isOver()) options.done();
    if (open !== !(waiting || begun.length >= inFlight)) {
      open = !open;
      options.flow(open);
    }
  }

  function isWaiting(): boolean {
    return next < queue.length || came.length > 0;
  }

  function mayStep(): boolean {
    return isWaiting() && begun.length < inFlight;
  }

  /** Begins a message, or finds out which are to be begun next. */
  function step(): void {
    const message = queue[next];
    if (message === undefined) split();
    else {
      next += 1;
      begin(message);
    }
    if (next < queue.length) return;
    queue = [];
    next = 0;
  }

  function split(): void {
    const messages = came.shift();
    if (messages !== undefined) for (const message of reading.read(messages)) queue.push(message);
  }

  function begin(message: M): void {
    const line = shared ?? lines.open();
    const isShared = goesOn?.(message) === true;
    shared = isShared ? line : undefined;
    characters += sizeOf?.(message) ?? 0;
    beginning = true;
    const reply = reading.read(() => options.begin(message, line));
    beginning = false;
    begun.push({ reply, line, goesOn: isShared });
  }

  function rest(): void {
    resting = true;
    characters = 0;
    setImmediate(() => {
      resting = false;
      proceed();
    });
  }

  function waitForTime(): void {
    resting = true;
    reading.whenTime(() => {
      resting = false;
      if (mayStep()) step();
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
      return isWaiting() || begun.length > 0 || lines.writing || lines.held;
    },
    gone: lines.gone,
    take(messages) {
      if (!accepting) return;
      came.push(messages);
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
      came = [];
      queue = shared === undefined ? [] : queue.slice(next, endOfShared());
      next = 0;
      lines.shut();
      proceed();
    },
    say: (write) => void lines.alone(async () => write())?.then(proceed),
    lost: lines.lost,
  };
}
