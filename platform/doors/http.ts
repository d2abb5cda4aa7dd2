import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Router } from 'express';
import type { Log } from '../log.ts';
import { failureOf, protectiveHeaders, rawProblem, sendProblem } from './answers.ts';
import { createApplication, notFound, unreadable } from './application.ts';
import { readText } from './body.ts';
import type { Certificate } from './certificate.ts';
import { type BodyKind, checkBody, checkHead } from './checks.ts';
import type { Admission, Door, Listen, Sender } from './door.ts';
import { createGate, type GateLimits, linger } from './gate.ts';
import { type Entered, type Identify, ownersOnly, type TurnedAway, type Verdict } from './identify.ts';
import { Reading } from './reading.ts';
import { reset } from './secure.ts';
import { setSender } from './sender.ts';
import { afterReading } from './silence.ts';
import { type AnySocketRoute, createUpgrade, type ServedSocket, type SocketLimits } from './websocket.ts';

export { answerText, sendProblem } from './answers.ts';
export { senderOf } from './sender.ts';
export type { AnySocketRoute, FramePart, SocketHandler, SocketPeer, SocketRoute } from './websocket.ts';

export interface HttpLimits extends GateLimits, SocketLimits {
  /** Bytes of the request line and the headers together. */
  readonly headerBytes: number;
  /** How long the headers of a request may take to come (seen to within half of it). */
  readonly headersMs: number;
  /** How long a whole request may take to come. */
  readonly requestMs: number;
  /** Bytes of the body of a request that is text. */
  readonly bodyBytes: number;
  /** Requests of one connection, or frames of one WebSocket (a count), that are being answered at once. */
  readonly inFlight: number;
  /** How long a connection is kept between requests, or may take nothing of what is written to it. */
  readonly idleMs: number;
}

/** A door for HTTP, which may speak TLS. */
export interface HttpDoor extends Door {
  /** Proves itself by another certificate to those who come from now on. */
  renew(certificate: Certificate): void;
}

/**
 * A door for HTTP and WebSocket. A connection is admitted once, before anything of it is read; a request must
 * pass the checks of its head and body, and who sent it be found out; then `request.body` is its text (text/sla,
 * application/json) or undefined, `senderOf(request)` says who sent it, and the routes have it. Bytes
 * (application/octet-stream) they take as they come, by `bytesOf`, with bounds of their own. Routes may be async, throw a
 * Refusal, and stream.
 */
export function createHttpDoor(options: {
  readonly name: string;
  readonly listen: Listen;
  readonly limits: HttpLimits;
  readonly admission: Admission;
  /** Finds out who guests are; unless set none is served. */
  readonly identify?: Identify | undefined;
  /** Speaks TLS, as who it certifies; only so it may listen on other addresses than this machine's own. */
  readonly certificate?: Certificate | undefined;
  /** Mounted at '/'. */
  readonly routes: readonly Router[];
  readonly sockets: readonly AnySocketRoute[];
  /** Shared with the other doors of the process, where there are others. */
  readonly reading?: Reading | undefined;
  readonly log: Log;
}): HttpDoor {
  const { name, listen, limits, admission, log, identify = ownersOnly, reading = new Reading() } = options;
  let { certificate } = options;
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
    secure: certificate && { certificate, handshakeMs: limits.headersMs },
    elsewhere: certificate !== undefined,
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
    for (const header in protectiveHeaders) response.setHeader(header, protectiveHeaders[header]!);
    if (stopping) response.setHeader('Connection', 'close');
    const kind = checkHead(request, reached()) ?? checkBody(request, limits.bodyBytes);
    if (typeof kind === 'object') sendProblem(response, kind);
    else
      identified(request, (verdict) => {
        if ('failure' in verdict) sendProblem(response, verdict.failure, verdict.headers);
        else enter(request, response, verdict, kind);
      });
  });

  function reached() {
    return { listening: gate.listening, certificate };
  }

  /** Goes on with who sent it: at once where that is known at once. */
  function identified(request: IncomingMessage, then: (verdict: Verdict) => void): void {
    const verdict = identify(request, senders.get(request.socket)!);
    if (verdict instanceof Promise)
      void verdict.catch((error: unknown): TurnedAway => ({ failure: failureOf(error, log) })).then(then);
    else then(verdict);
  }

  function enter(
    request: IncomingMessage,
    response: ServerResponse,
    { sender, ended }: Entered,
    kind: BodyKind,
  ): void {
    if (response.destroyed) return; // it went meanwhile
    setSender(request, sender);
    if (ended?.aborted) {
      response.destroy();
      return;
    }
    // What is answered in this very turn, such as that the token was taken back, goes out as a whole.
    const cut = () =>
      setImmediate(() => {
        if (!response.writableEnded) response.destroy();
      });
    ended?.addEventListener('abort', cut, { once: true });
    if (ended !== undefined) response.once('close', () => ended.removeEventListener('abort', cut));
    if (kind === 'text') void answerWithText(request, response);
    else handOn(request, response);
  }

  /** What a route reads of a request it reads at once, so it waits here for its turn. */
  function handOn(request: IncomingMessage, response: ServerResponse): void {
    reading.readInTurn(() => {
      if (!response.destroyed) application(request, response);
    });
  }

  async function answerWithText(
    request: IncomingMessage & { body?: string | undefined },
    response: ServerResponse,
  ): Promise<void> {
    try {
      request.body = await readText(request, limits.bodyBytes);
      if (request.body !== undefined) handOn(request, response);
    } catch (error) {
      sendProblem(response, failureOf(error, log));
    }
  }

  /** Counts the requests of a connection: one that sends more ahead than it may is cut off. */
  function begin(socket: Socket, response: ServerResponse): boolean {
    const responses = answering.get(socket) ?? new Set();
    if (responses.size >= limits.inFlight) {
      log.debug('a connection sent too many requests ahead', { inFlight: limits.inFlight });
      reset(socket);
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
    reading,
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
    const refuse = ({ failure, headers }: TurnedAway) => {
      socket.end(rawProblem(failure, headers));
      linger(socket, limits.lingerMs);
    };
    const failure = checkHead(request, reached());
    if (failure !== undefined) refuse({ failure });
    else
      identified(request, (verdict) => {
        if ('failure' in verdict) refuse(verdict);
        else if (route === undefined) refuse({ failure: notFound(request) });
        else if (stopping || answering.get(socket)?.size || socket.destroyed) socket.destroy();
        else upgrade(request, socket, head, route, verdict);
      });
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

  server.on('timeout', (socket: Socket) =>
    afterReading(socket, () => {
      // While a service thinks, its connection may be silent.
      if (!answering.get(socket)?.size || socket.writableLength > 0) reset(socket);
    }),
  );

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
    renew(renewed) {
      certificate = renewed;
      gate.renew(renewed);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
