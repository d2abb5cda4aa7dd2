import type { Socket } from 'node:net';
import type { Log } from '../log.ts';
import {
  type Conversation,
  type ConversationLimits,
  converse,
  errorLine,
  type Splitter,
  type TextReply,
} from './conversation.ts';
import type { Admission, Door, Listen, Sender } from './door.ts';
import { createGate, type GateLimits } from './gate.ts';
import type { Line } from './line.ts';
import { Reading } from './reading.ts';

export type { Splitter, TextReply } from './conversation.ts';
export type TextLimits = GateLimits & ConversationLimits;

/**
 * A door for text over TCP, as with telnet or nc. Messages of a connection are begun in order without waiting for
 * each other, and answered in order. After the peer's end of input all is answered, then the connection closes,
 * unless a line is held: then when it is released. A reset or a time-out discards the message that was not complete.
 */
export function createTextDoor<M>(options: {
  readonly name: string;
  readonly listen: Listen;
  readonly limits: TextLimits;
  readonly admission: Admission;
  /** Whether it may listen on other addresses than this machine's own. */
  readonly elsewhere?: boolean | undefined;
  readonly split: () => Splitter<M>;
  readonly receive: (message: M, sender: Sender, line: Line) => Promise<TextReply>;
  /** Shared with the other doors of the process, where there are others. */
  readonly reading?: Reading;
  readonly log: Log;
}): Door {
  const {
    name,
    listen,
    limits,
    admission,
    elsewhere,
    split,
    receive,
    reading = new Reading(),
    log,
  } = options;
  const conversations = new Map<Socket, Conversation>();
  const gate = createGate({
    name,
    listen,
    limits,
    admission,
    elsewhere,
    log,
    refusal: errorLine,
    serve(socket, sender) {
      socket.once('close', () => conversations.delete(socket));
      conversations.set(
        socket,
        converse({ socket, sender, limits, splitter: split(), reading, receive, log }),
      );
    },
  });
  const stop = () => gate.close((socket) => conversations.get(socket)?.finish());
  return {
    get listening() {
      return gate.listening;
    },
    start: () => gate.open(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
