import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { Refusal, sentence } from '../failure.ts';
import type { Log } from '../log.ts';
import type { Sender } from './door.ts';
import type { Entered } from './identify.ts';
import type { Line } from './line.ts';
import type { Reading } from './reading.ts';
import { onSilence } from './silence.ts';
import { createTurns } from './turns.ts';

/** A WebSocket endpoint of a service. */
export interface SocketRoute {
  /** The whole path, such as `/market/ws`. */
  readonly path: string;
  /** Called for each connection, before its first frame. */
  open(peer: SocketPeer): SocketHandler;
}

/** The other end of a WebSocket. */
export interface SocketPeer {
  readonly sender: Sender;
  /** The request with which it came. */
  readonly request: IncomingMessage;
  /** @param code as RFC 6455, 7.4; @param reason cut to the 123 bytes that fit */
  close(code: number, reason: string): void;
  /** Ends it: with what a Refusal says, and of any other error only that there was one. */
  fail(error: unknown): void;
}

export interface SocketHandler {
  /** Answers a frame, or says nothing. Frames are begun in order, without waiting for each other, and answered in order. */
  receive(frame: string, line: Line): Promise<string | undefined>;
}

/** An endpoint whose frames may hold several messages. */
export interface PartsRoute {
  readonly path: string;
  open(peer: SocketPeer): PartsHandler;
}

export type AnySocketRoute = SocketRoute | PartsRoute;

export interface PartsHandler {
  /** The messages of a frame, at least one; they are begun in order, as messages that came in frames of their own are. */
  split(frame: string): readonly FramePart[];
}

/** One message of a frame. */
export interface FramePart {
  readonly characters: number;
  readonly isLast: boolean;
  /** Of the last it resolves with the frame that answers all of them, or with nothing; never rejects. */
  begin(line: Line): Promise<string | undefined>;
}

export interface SocketLimits {
  /** Bytes of one message. */
  readonly frameBytes: number;
  /** Messages (a count) of one connection that are being answered at once, however many of them a frame holds. */
  readonly inFlight: number;
  /** Bytes that wait for a slow reader; with more, the next frame waits. */
  readonly unsentBytes: number;
  /** How often a peer is asked whether it is still there; one that has not answered when it is asked again is cut off. */
  readonly pingMs: number;
  /** How long a peer may take nothing of what is written to it. */
  readonly idleMs: number;
  /** How long a peer may take to close after we did. */
  readonly lingerMs: number;
}

/** Turns an upgrade request, already checked, into a served WebSocket. */
export type Upgrade = (
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  route: AnySocketRoute,
  entered: Entered,
) => void;

/** What is needed of one that is being served. */
export interface ServedSocket {
  /** Begins no further frame; answers those that were begun, then closes. */
  finish(): void;
}

interface SocketParts {
  readonly limits: SocketLimits;
  readonly reading: Reading;
  readonly log: Log;
}

export function createUpgrade(
  options: SocketParts & { readonly opened: (socket: Socket, served: ServedSocket) => void },
): Upgrade {
  const { limits } = options;
  const settings = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: limits.frameBytes,
    closeTimeout: limits.lingerMs,
  };
  const server = new WebSocketServer(settings);
  return (request, socket, head, route, entered) => {
    server.handleUpgrade(request, socket, head, (websocket) => {
      socket.setTimeout(limits.idleMs);
      onSilence(socket, () => {
        if (websocket.bufferedAmount > 0) websocket.terminate(); // takes nothing of what is written to it
      });
      options.opened(socket, serve(websocket, socket, route, { ...entered, request }, options));
    });
  };
}

function serve(
  websocket: WebSocket,
  socket: Socket,
  route: AnySocketRoute,
  { request, sender, ended, next }: Entered & { readonly request: IncomingMessage },
  { limits, reading, log }: SocketParts,
): ServedSocket {
  let alive = true;
  let corked = false;
  let isShut = false; // whether nothing that waits is begun any more

  const turns = createTurns<FramePart, string | undefined>({
    inFlight: limits.inFlight,
    reading,
    sizeOf: (part) => part.characters,
    goesOn: (part) => !part.isLast,
    begin(part, line) {
      if (isShut) return nothing;
      const refused = next?.();
      if (refused === undefined) return part.begin(line);
      isShut = true;
      fail(new Refusal(refused));
      return nothing;
    },
    write: (reply) => (reply === undefined ? undefined : send(reply)),
    async push(frames) {
      try {
        for (const frame of frames) await send(frame);
      } catch (error) {
        fail(error);
      }
    },
    flow(open) {
      alive = true; // nothing of the peer was read meanwhile
      if (open) websocket.resume();
      else websocket.pause();
    },
    hold() {}, // pings ask all peers whether they are there
    done: () => websocket.close(1001, 'the service stops'),
  });

  // A sender in a loop must not spin between the end of a connection and the news of it: it waits for that.
  function send(frame: string): Promise<void> | undefined {
    if (websocket.readyState !== websocket.OPEN) return turns.gone;
    cork();
    if (websocket.bufferedAmount + mostBytesOf(frame) < limits.unsentBytes) {
      websocket.send(frame);
      return undefined;
    }
    return new Promise((resolve) => {
      websocket.send(frame, (error) => resolve(error ? turns.gone : undefined));
      if (websocket.bufferedAmount < limits.unsentBytes) resolve();
    });
  }

  /** What is sent in one turn leaves together, as the answers to all whom one commit serves: a call of the system each is dear. */
  function cork(): void {
    if (corked) return;
    corked = true;
    socket.cork();
    process.nextTick(() => {
      corked = false;
      socket.uncork();
    });
  }

  function close(code: number, reason: string): void {
    const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(123));
    websocket.close(code, reason.slice(0, read));
  }

  function fail(error: unknown): undefined {
    if (error instanceof Refusal) {
      close(1008, sentence(error));
      return undefined;
    }
    log.error('a frame could not be answered', { error });
    websocket.close(1011, 'the service failed to answer; its log says why');
    return undefined;
  }

  let beatAt = performance.now();
  const beat = setInterval(() => {
    // Where this process was stopped, or busy for long, its peers may have been so too.
    const late = performance.now() - beatAt > 1.5 * limits.pingMs;
    beatAt = performance.now();
    // What the peer said may lie unread: that is read before it is judged.
    setImmediate(() => {
      if (websocket.isPaused) return;
      if (!alive && !late) websocket.terminate();
      else websocket.ping();
      alive = false;
    });
  }, limits.pingMs);
  beat.unref();

  websocket.on('error', (error) => log.debug('a WebSocket broke', { error: error.message }));
  websocket.on('pong', () => {
    alive = true;
  });
  // Of pings that come faster than their answers are read, only some are answered (RFC 6455, 5.5.3).
  websocket.on('ping', (data) => {
    if (websocket.bufferedAmount < limits.unsentBytes) websocket.pong(data);
  });
  websocket.on('message', (data, isBinary) => {
    alive = true;
    if (isBinary) websocket.close(1003, 'only text frames are taken');
    else if (websocket.readyState === websocket.OPEN) turns.take(() => split(data.toString()));
  });
  const cut = () => {
    isShut = true;
    close(1008, 'the token holds no more');
    turns.cut();
  };
  let handler: SocketHandler | PartsHandler = { receive: async () => undefined };
  function split(frame: string): readonly FramePart[] {
    try {
      return 'split' in handler ? handler.split(frame) : [wholeFrame(frame, handler, fail)];
    } catch (error) {
      fail(error);
      return [];
    }
  }
  try {
    handler = route.open({ sender, request, close, fail });
  } catch (error) {
    fail(error);
  }
  if (ended?.aborted) cut();
  ended?.addEventListener('abort', cut, { once: true });
  websocket.once('close', () => {
    clearInterval(beat);
    ended?.removeEventListener('abort', cut);
    turns.lost();
  });
  return { finish: turns.cut };
}

const nothing = Promise.resolve(undefined);

/** A frame that is one message. */
function wholeFrame(frame: string, handler: SocketHandler, fail: (error: unknown) => undefined): FramePart {
  return {
    characters: frame.length,
    isLast: true,
    async begin(line) {
      try {
        return await handler.receive(frame, line);
      } catch (error) {
        return fail(error);
      }
    },
  };
}

/** Bytes that a frame takes at most: three for each unit of UTF-16, and its head (RFC 6455, 5.2). */
function mostBytesOf(frame: string): number {
  return 3 * frame.length + 10;
}
