import type { Socket } from 'node:net';
import { type Failure, Refusal, sentence } from '../failure.ts';
import type { Log } from '../log.ts';
import type { Sender } from './door.ts';
import { linger } from './gate.ts';
import { createOutbox } from './outbox.ts';
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
}

export interface Conversation {
  /** Begins no further message; answers those that were begun, then ends the connection. */
  finish(): void;
}

/**
 * One connection of a text door. What it holds is bounded: the messages of one chunk that wait to be begun (the
 * socket is not read meanwhile), `inFlight` being answered, `unsentBytes` unsent, and what the splitter holds.
 */
export function converse<M>(options: {
  readonly socket: Socket;
  readonly sender: Sender;
  readonly limits: ConversationLimits;
  readonly splitter: Splitter<M>;
  readonly receive: (message: M, sender: Sender) => Promise<TextReply>;
  readonly log: Log;
}): Conversation {
  const { socket, sender, limits, splitter, receive, log } = options;
  const outbox = createOutbox(socket, limits.unsentBytes);
  let over = false;
  const turns = createTurns<M, TextReply>({
    inFlight: limits.inFlight,
    begin,
    write,
    flow: (open) => (open ? socket.resume() : socket.pause()),
    done: end,
  });

  async function begin(message: M): Promise<TextReply> {
    try {
      return await receive(message, sender);
    } catch (error) {
      return { text: [apology(error)] };
    }
  }

  async function write(reply: TextReply): Promise<void> {
    if (over) return;
    try {
      for (const piece of reply.text) {
        const room = outbox.write(piece);
        if (room !== undefined) await room;
        if (socket.destroyed) break;
      }
    } catch (error) {
      outbox.write(apology(error));
    }
    if (reply.close === true) end();
  }

  function apology(error: unknown): string {
    if (error instanceof Refusal) return errorLine(error);
    log.error('a message could not be answered', { error });
    return '# error: the service failed to answer this; its log says why\n';
  }

  /** A splitter that throws is a fault of ours; where the next message begins is then unknown. */
  function split(messages: () => M[]): void {
    try {
      turns.take(messages());
    } catch (error) {
      outbox.write(apology(error));
      turns.cut();
    }
  }

  function end(): void {
    if (over) return;
    over = true;
    turns.cut();
    outbox.flush();
    socket.end();
    linger(socket, limits.lingerMs);
  }

  socket.setTimeout(limits.idleMs, () => {
    // A peer that takes nothing is reset: half an answer must not look like a whole one.
    if (socket.writableLength > 0) socket.resetAndDestroy();
    else if (!turns.busy && !over) {
      outbox.write(`# error: nothing came for ${limits.idleMs / 1000} s, so this connection ends\n`);
      end();
    }
  });
  socket.on('data', (chunk) => split(() => splitter.push(chunk)));
  socket.once('end', () => {
    split(() => splitter.end());
    turns.last();
  });
  socket.resume();
  return { finish: turns.cut };
}

/** A failure as a text connection tells it: one line. */
export function errorLine(failure: Failure): string {
  return `# error: ${sentence(failure).replaceAll(/[\r\n]+/g, ' ')}\n`;
}
