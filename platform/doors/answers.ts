import { once } from 'node:events';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import { type Failure, Refusal } from '../failure.ts';
import type { Log } from '../log.ts';
import { Pauses } from './pauses.ts';

/** What stands in every answer, unless a route sets its own: nothing here is a page, and nothing is to be kept. */
export const protectiveHeaders: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

const problemType = 'application/problem+json';

/** Answers with a failure as problem details (RFC 9457). An answer that has begun is cut instead, so that it looks cut. */
export function sendProblem(
  response: ServerResponse,
  failure: Failure,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const [name, value] of Object.entries({ ...challengeOf(failure), ...headers }))
    response.setHeader(name, value);
  const body = problem(failure);
  response.statusCode = failure.status;
  response.setHeader('Content-Type', problemType);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}

/** The same, written by hand for a connection on which no request was read, or none that could be. It ends there. */
export function rawProblem(failure: Failure, more: Readonly<Record<string, string>> = {}): string {
  const body = problem(failure);
  const headers = {
    ...protectiveHeaders,
    ...challengeOf(failure),
    ...more,
    Connection: 'close',
    'Content-Type': problemType,
    'Content-Length': Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`;
}

/** What a person is told of an error: a refusal as it is, of anything else only that it happened. */
export function failureOf(error: unknown, log: Log): Failure {
  if (error instanceof Refusal) return error;
  if (error instanceof URIError) {
    return { code: 'bad-url', status: 400, detail: 'the path of the request holds a broken % escape' };
  }
  log.error('a request could not be answered', { error });
  return {
    code: 'internal',
    status: 500,
    detail: 'the service failed to answer this',
    next: 'look in its log, which says why',
  };
}

/**
 * Answers with text, piece by piece, as fast as the peer reads; stops taking pieces when the peer has gone.
 *
 * @param type the media type, such as `text/sla`; the text is UTF-8
 */
export async function answerText(
  response: ServerResponse,
  type: string,
  pieces: Iterable<string>,
): Promise<void> {
  response.setHeader('Content-Type', `${type}; charset=utf-8`);
  const pauses = new Pauses();
  let gathered = '';
  for (const piece of pieces) {
    gathered += piece;
    const pause = pauses.made(piece);
    if (pause !== undefined) await pause;
    if (gathered.length < response.writableHighWaterMark) continue;
    const room = response.write(gathered);
    gathered = '';
    if (!room) await drained(response);
    if (response.destroyed) return;
  }
  response.end(gathered);
}

async function drained(response: ServerResponse): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  waiting.abort();
}

/** Whoever is to say who they are is told how (RFC 9110, 11.6.1). */
function challengeOf({ status }: Failure): Record<string, string> {
  return status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
}

function problem({ status, code, detail, next }: Failure): string {
  return `${JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail, next })}\n`;
}
