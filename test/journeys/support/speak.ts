import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocket } from 'ws';

/**
 * How long an answer may take, in milliseconds: it guards against hanging, and is no measure of speed. A test's own
 * time is longer, so that this is what it tells of.
 */
const patienceMs = 120_000;

/** Connects to a port of this machine, half-open connections allowed. */
async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Says pieces, one write each, then ends the input; resolves with all that comes until the other side closes. */
export async function say(port: number, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = await dial(port);
  socket.setTimeout(patienceMs, () => socket.destroy(new Error(`port ${port} neither answers nor closes`)));
  const answer = text(socket);
  answer.catch(() => {}); // told below
  for (const piece of pieces) {
    socket.write(piece);
    if (pieces.length > 1) await turn();
  }
  socket.end();
  return answer;
}

/** Each byte by itself. */
export function bytesOf(document: string): Uint8Array[] {
  return Array.from(Buffer.from(document), (byte) => Uint8Array.of(byte));
}

export interface HttpAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

export async function post(url: string, body: string, headers: Record<string, string>): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(patienceMs);
  const response = await fetch(url, { method: 'POST', body, headers, signal });
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

export async function get(url: string): Promise<HttpAnswer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

/** Sends frames over one WebSocket, all at once, and resolves with as many answers. */
export async function frames(url: string, ...sent: readonly string[]): Promise<unknown[]> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { handshakeTimeout: patienceMs });
  const answers: unknown[] = [];
  const all = Promise.withResolvers<void>();
  socket.on('message', (data) => {
    answers.push(JSON.parse(String(data)));
    if (answers.length === sent.length) all.resolve();
  });
  socket.on('error', all.reject);
  socket.on('close', () => all.reject(new Error(`closed after ${answers.length} answers`)));
  socket.on('open', () => {
    for (const frame of sent) socket.send(frame);
  });
  const timer = setTimeout(() => all.reject(new Error('no answer in time')), patienceMs);
  try {
    await all.promise;
  } finally {
    clearTimeout(timer);
    socket.terminate();
  }
  return answers;
}

/** Resolves with what `look` returns once that is no longer undefined or false: for what no signal tells. */
export async function until<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (const end = performance.now() + patienceMs; performance.now() < end; ) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`what was waited for did not come within ${patienceMs / 1000} s`);
}
