import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Router } from 'express';
import { Refusal } from '../failure.ts';
import type { Log } from '../log.ts';
import { createApplication } from './application.ts';
import type { Sender } from './door.ts';
import { type Identify, ownersOnly } from './identify.ts';
import { setSender } from './sender.ts';

export interface InProcessParts {
  readonly routes: readonly Router[];
  /** Who asks. */
  readonly sender: Sender;
  /** Finds out what else is to be known of the sender, as at a door. */
  readonly identify?: Identify | undefined;
  /** Bytes of the body of an answer. */
  readonly answerBytes: number;
  readonly log: Log;
}

/**
 * The routes of services as a `fetch` for who is in the same process: a call of theirs, without a connection. Bodies
 * are text or bytes, and answers come whole. Rejects with a Refusal where a request is turned away or its answer breaks
 * off, and with the reason of its signal.
 */
export function inProcess(
  parts: InProcessParts,
): (input: string | URL, init?: RequestInit) => Promise<Response> {
  const { routes, sender, identify = ownersOnly, answerBytes, log } = parts;
  const application = createApplication(routes, log);
  return async (input, init = {}) => {
    const signal = init.signal ?? undefined;
    signal?.throwIfAborted();
    const wire = new Wire(answerBytes);
    const request = await requestOf(new Request(input, init), wire);
    const verdict = await identify(request, sender);
    if ('failure' in verdict) throw new Refusal(verdict.failure);
    setSender(request, verdict.sender);
    const response = new ServerResponse(request);
    response.useChunkedEncodingByDefault = false; // what is written is the body as it is
    response.assignSocket(wire as Duplex as Socket);
    const stop = () => wire.destroy();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const answered = Promise.race([once(response, 'finish'), once(wire, 'close')]);
      application(request, response);
      await answered;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    signal?.throwIfAborted();
    if (!response.writableFinished) throw new Refusal(brokenOff(wire.isFull, answerBytes));
    return answerOf(response, wire.body());
  };
}

/** Where an answer is written to: keeps the body, up to a bound. */
class Wire extends Duplex {
  readonly #pieces: Buffer[] = [];
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number) {
    super();
    this.#mostBytes = mostBytes;
  }

  get isFull(): boolean {
    return this.#bytes > this.#mostBytes;
  }

  /** What was written, without the head. */
  body(): Buffer {
    const all = Buffer.concat(this.#pieces);
    return all.subarray(all.indexOf(headEnd) + headEnd.length);
  }

  override _read(): void {} // nothing comes: a request has its body already

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#bytes += piece.length;
    if (this.isFull) this.destroy();
    else this.#pieces.push(Buffer.from(piece)); // its owner may use the memory again
    done();
  }
}

const headEnd = '\r\n\r\n';

/** A request as routes know it, from this very machine. */
async function requestOf(asked: Request, wire: Duplex): Promise<IncomingMessage> {
  const { pathname, search, host } = new URL(asked.url);
  const request: IncomingMessage & { body?: string } = new IncomingMessage(wire as Socket);
  request.method = asked.method;
  request.url = pathname + search;
  request.headers = { ...Object.fromEntries(asked.headers), host };
  const bytes = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
  if (bytes !== undefined) request.headers['content-length'] = `${bytes.length}`;
  const isText = asked.headers.get('Content-Type') !== 'application/octet-stream';
  if (bytes !== undefined && isText) request.body = bytes.toString();
  else if (bytes !== undefined) request.push(bytes);
  request.push(null);
  request.complete = true; // else its end counts as that of the connection, and cuts the answer
  return request;
}

function answerOf(response: ServerResponse, body: Buffer): Response {
  const headers = Object.entries(response.getHeaders()).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): [string, string] => [name, String(value)]),
  );
  const { statusCode: status } = response;
  const isEmpty = status === 204 || status === 304;
  return new Response(isEmpty ? null : new Uint8Array(body), { status, headers });
}

function brokenOff(isTooLarge: boolean, answerBytes: number) {
  if (!isTooLarge) return { code: 'unavailable', status: 503, detail: 'the answer broke off' };
  const detail = `the answer has more than the ${answerBytes} bytes that are taken`;
  return { code: 'too-large', status: 502, detail };
}
