import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Router } from 'express';
import type { Log } from '../log.ts';
import { failureOf, protectiveHeaders, rawProblem, sendProblem } from './answers.ts';
import { createApplication, notFound, unreadable } from './application.ts';
import { readBody } from './body.ts';
import { checkBody, checkHead } from './checks.ts';
import type { Admission, Door, Listen, Sender } from './door.ts';
import { createGate, type GateLimits, linger } from './gate.ts';
import { setSender } from './sender.ts';
import { createUpgrade, type ServedSocket, type SocketLimits, type SocketRoute } from './websocket.ts';

export { answerText, sendProblem } from './answers.ts';
export { senderOf } from './sender.ts';
export type { SocketHandler, SocketPeer, SocketRoute } from './websocket.ts';

export interface HttpLimits extends GateLimits, SocketLimits {
  /** Bytes of the request line and the headers together. */
  readonly headerBytes: number;
  /** How long the headers of a request may take to come (seen to within half of it). */
  readonly headersMs: number;
  /** How long a whole request may take to come. */
  readonly requestMs: number;
  /** Bytes of the body of a request. */
  readonly bodyBytes: number;
  /** Requests of one connection, or frames of one WebSocket (a count), that are being answered at once. */
  readonly inFlight: number;
  /** How long a connection is kept between requests, or may take nothing of what is written to it. */
  readonly idleMs: number;
}

/**
 * A door for HTTP and WebSocket. A connection is admitted once, before anything of it is read; a request must
 * pass the checks of its head and body; then `request.body` is its text (text/sla, application/json), its bytes
 * (application/octet-stream) or undefined, `senderOf(request)` says who sent it, and the routes have it. Routes
 * may be async, throw a Refusal, and stream.
 */
export function createHttpDoor(options: {
  readonly name: string;
  readonly listen: Listen;
  readonly limits: HttpLimits;
  readonly admission: Admission;
  /** Mounted at '/'. */
  readonly routes: readonly Router[];
  readonly sockets: readonly SocketRoute[];
  readonly log: Log;
}): Door {
  const { name, listen, limits, admission, log } = options;
  const senders = new WeakMap<Socket, Sender>();
  const answering = new Map<Socket, Set<ServerResponse>>();
  const websockets = new Map<Socket, ServedSocket>();
  const application = createApplication(options.routes, log);
  let stopping = false;

  // It does not listen: the gate hands it the connections that were admitted.
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: Math.max(limits.requestMs, limits.headersMs),
    connectionsCheckingInterval: Math.ceil(Math.min(limits.headersMs, limits.requestMs) / 2),
    keepAliveTimeout: limits.idleMs,
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.timeout = limits.idleMs;

  const gate = createGate({
    name,
    listen,
    limits,
    admission,
    log,
    refusal: rawProblem,
    serve(socket, sender) {
      senders.set(socket, sender);
      socket.once('close', () => answering.delete(socket));
      server.emit('connection', socket);
      socket.resume();
    },
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!begin(request.socket, response)) return;
    setSender(request, senders.get(request.socket)!);
    for (const header in protectiveHeaders) response.setHeader(header, protectiveHeaders[header]!);
    if (stopping) response.setHeader('Connection', 'close');
    const kind = checkHead(request, gate.listening) ?? checkBody(request, limits.bodyBytes);
    if (typeof kind === 'object') sendProblem(response, kind);
    else if (kind === 'none') application(request, response);
    else void answerWithBody(request, response, kind);
  });

  async function answerWithBody(
    request: IncomingMessage & { body?: string | Buffer | undefined },
    response: ServerResponse,
    kind: 'text' | 'bytes',
  ): Promise<void> {
    try {
      request.body = await readBody(request, kind, limits.bodyBytes);
      if (request.body !== undefined) application(request, response);
    } catch (error) {
      sendProblem(response, failureOf(error, log));
    }
  }

  /** Counts the requests of a connection: one that sends more ahead than it may is cut off. */
  function begin(socket: Socket, response: ServerResponse): boolean {
    const responses = answering.get(socket) ?? new Set();
    if (responses.size >= limits.inFlight) {
      log.debug('a connection sent too many requests ahead', { inFlight: limits.inFlight });
      socket.resetAndDestroy();
      return false;
    }
    answering.set(socket, responses.add(response));
    response.once('close', () => {
      responses.delete(response);
      if (stopping && responses.size === 0) socket.destroySoon();
    });
    return true;
  }

  const upgrade = createUpgrade({
    limits,
    log,
    opened(socket, served) {
      websockets.set(socket, served);
      socket.once('close', () => websockets.delete(socket));
    },
  });

  server.on('upgrade', (request: IncomingMessage, _duplex, head) => {
    const { socket } = request;
    const path = request.url?.split('?', 1)[0];
    const route = options.sockets.find((candidate) => candidate.path === path);
    const failure =
      checkHead(request, gate.listening) ?? (route === undefined ? notFound(request) : undefined);
    if (failure !== undefined) {
      socket.end(rawProblem(failure));
      linger(socket, limits.lingerMs);
    } else if (stopping || answering.get(socket)?.size || route === undefined) socket.destroy();
    else upgrade(request, socket, head, route, senders.get(socket)!);
  });

  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const begun = [...(answering.get(socket) ?? [])].some((response) => response.headersSent);
    if (begun || !socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    socket.end(rawProblem(unreadable(error)));
    setTimeout(() => socket.destroy(), limits.lingerMs).unref();
  });

  server.on('timeout', (socket: Socket) => {
    // While a service thinks, its connection may be silent.
    if (!answering.get(socket)?.size || socket.writableLength > 0) socket.resetAndDestroy();
  });

  async function stop(): Promise<void> {
    stopping = true;
    server.close(); // its clocks
    await gate.close((socket) => {
      const websocket = websockets.get(socket);
      if (websocket !== undefined) websocket.finish();
      else if (!answering.get(socket)?.size) socket.destroy();
    });
  }

  return {
    get listening() {
      return gate.listening;
    },
    async start() {
      await gate.open();
      server.emit('listening'); // starts the clocks of headersMs and requestMs
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
