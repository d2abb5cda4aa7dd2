import type { Socket } from 'node:net';
import { type Failure, Refusal, sentence } from '../failure.ts';
import type { Log } from '../log.ts';
import type { Sender } from './door.ts';
import { linger } from './gate.ts';
import type { Line } from './line.ts';
import { createOutbox } from './outbox.ts';
import { Pauses } from './pauses.ts';
import type { Reading } from './reading.ts';
import { onSilence } from './silence.ts';
import { createTurns } from './turns.ts';

/** Cuts what one connection sends into messages. Errors of framing are messages too: the service answers them. */
export interface Splitter<M> {
  /** Takes what came, returns the messages that it completes. */
  push(chunk: Uint8Array): M[];
  /** The peer ended its input in order: returns what that completes. */
  end(): M[];
}

/** The answer to one message. */
export interface TextReply {
  /** Taken piece by piece, as fast as the peer reads. */
  readonly text: Iterable<string>;
  /** Whether the connection ends after it; answers to later messages are then not written. */
  readonly close?: boolean | undefined;
}

export interface ConversationLimits {
  /** How long a connection may stay silent with nothing being answered, or take nothing of what is written to it. */
  readonly idleMs: number;
  /** Messages (a count) of one connection that are being answered at once. */
  readonly inFlight: number;
  /** Bytes of answers that wait for a slow reader; with more, the next piece waits. */
  readonly unsentBytes: number;
  /** How long a peer may go on sending after our last word, before it is cut off. */
  readonly lingerMs: number;
  /** How often a peer whose connection is held is asked whether it is still there. */
  readonly pingMs: number;
}

export interface Conversation {
  /** Begins no further message; answers those that were begun, then ends the connection. */
  finish(): void;
}

/** Bytes that are split at a stretch: of the shortest messages that are some milliseconds. */
const pieceBytes = 8 * 1024;

/**
 * One connection of a text door. What it holds is bounded: one chunk, or its messages that wait to be begun (the
 * socket is not read meanwhile), `inFlight` being answered, `unsentBytes` unsent, and what the splitter holds.
 */
export function converse<M>(options: {
  readonly socket: Socket;
  readonly sender: Sender;
  readonly limits: ConversationLimits;
  readonly splitter: Splitter<M>;
  readonly reading: Reading;
  readonly receive: (message: M, sender: Sender, line: Line) => Promise<TextReply>;
  readonly log: Log;
}): Conversation {
  const { socket, sender, limits, splitter, reading, receive, log } = options;
  const outbox = createOutbox(socket, limits.unsentBytes);
  let over = false;
  let asking: NodeJS.Timeout | undefined;
  const turns = createTurns<M, TextReply>({
    inFlight: limits.inFlight,
    reading,
    begin,
    write,
    push: writeAll,
    flow: (open) => (open ? socket.resume() : socket.pause()),
    hold,
    done: end,
  });

  async function begin(message: M, line: Line): Promise<TextReply> {
    try {
      return await receive(message, sender, line);
    } catch (error) {
      return { text: [apology(error)] };
    }
  }

  async function write(reply: TextReply): Promise<void> {
    if (over) return;
    await writeAll(reply.text);
    if (reply.close === true) end();
  }

  /** One who writes in a loop must not spin between the end of a connection and the news of it: it waits for that. */
  async function writeAll(pieces: Iterable<string>): Promise<void> {
    const pauses = new Pauses();
    try {
      for (const piece of pieces) {
        if (over || socket.destroyed) return await turns.gone;
        const room = outbox.write(piece);
        if (room !== undefined) await room;
        const pause = pauses.made(piece);
        if (pause !== undefined) await pause;
      }
    } catch (error) {
      outbox.write(apology(error));
    }
  }

  /**
   * A held connection is not closed for silence, so one whose peer has gone without a word must be found otherwise:
   * by TCP keep-alive, and where the peer has ended its input, and is not read any more, by a write of nothing,
   * which is how the system tells what keep-alive has found.
   */
  function hold(held: boolean): void {
    clearInterval(asking);
    socket.setKeepAlive(held, limits.pingMs);
    if (held) {
      asking = setInterval(() => {
        if (!over && socket.writableLength === 0) socket.write('');
      }, limits.pingMs);
      asking.unref();
    } else socket.setTimeout(limits.idleMs); // from now
  }

  function apology(error: unknown): string {
    if (error instanceof Refusal) return errorLine(error);
    log.error('a message could not be answered', { error });
    return '# error: the service failed to answer this; its log says why\n';
  }

  /** A splitter that throws is a fault of ours; where the next message begins is then unknown. */
  function take(split: () => M[]): void {
    turns.take(() => {
      try {
        return split();
      } catch (error) {
        turns.say(() => void outbox.write(apology(error)));
        turns.cut();
        return [];
      }
    });
  }

  function end(): void {
    if (over) return;
    over = true;
    turns.cut();
    outbox.flush();
    socket.end();
    linger(socket, limits.lingerMs);
  }

  socket.setTimeout(limits.idleMs);
  onSilence(socket, () => {
    // A peer that takes nothing is reset: half an answer must not look like a whole one.
    if (socket.writableLength > 0) socket.resetAndDestroy();
    else if (!turns.busy && !over) {
      outbox.write(`# error: nothing came for ${limits.idleMs / 1000} s, so this connection ends\n`);
      end();
    }
  });
  socket.on('data', (chunk) => {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      take(() => splitter.push(piece));
    }
  });
  socket.once('end', () => {
    take(() => splitter.end());
    turns.last();
  });
  socket.once('close', () => {
    clearInterval(asking);
    turns.lost();
  });
  socket.resume();
  return { finish: turns.cut };
}

/** A failure as a text connection tells it: one line. */
export function errorLine(failure: Failure): string {
  return `# error: ${sentence(failure).replaceAll(/[\r\n]+/g, ' ')}\n`;
}
