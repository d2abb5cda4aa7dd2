import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text as allText } from 'node:stream/consumers';
import type { Admission, Listen } from '../../../platform/doors/door.ts';

import type { HttpLimits } from '../../../platform/doors/http.ts';
import type { Splitter, TextLimits } from '../../../platform/doors/text.ts';
import type { Log } from '../../../platform/log.ts';

export const anyPort: Listen = { host: '127.0.0.1', port: 0 };

/** Lets everyone in at once: what is tested is not who comes in. */
export const openAdmission: Admission = {
  admit: async (connection) => ({ address: connection.remoteAddress, uid: 0 }),
};

export const textLimits: TextLimits = {
  connections: 100,
  idleMs: 60_000,
  inFlight: 16,
  unsentBytes: 64 * 1024,
  lingerMs: 1_000,
  pingMs: 60_000,
  drainMs: 60_000,
};

export const httpLimits: HttpLimits = {
  connections: 100,
  headerBytes: 16 * 1024,
  headersMs: 60_000,
  requestMs: 60_000,
  idleMs: 60_000,
  bodyBytes: 64 * 1024,
  frameBytes: 64 * 1024,
  inFlight: 16,
  unsentBytes: 64 * 1024,
  pingMs: 60_000,
  lingerMs: 1_000,
  drainMs: 60_000,
};

/** A log that keeps its lines. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    lines.push(`${level} ${message} ${fields?.error ?? ''}`.trim());
  };
  const log = {
    lines,
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    enabled: () => true,
    child: () => log,
  };
  return log;
}

/** One message a line; a line over `maxBytes` is an error and the last message. */
export function lineSplitter(maxBytes = 1_000): Splitter<string> {
  let rest = '';
  let over = false;
  return {
    push(chunk) {
      if (over) return [];
      const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length <= maxBytes) return lines;
      over = true;
      return [...lines, 'TOO LONG'];
    },
    end: () => (rest === '' || over ? [] : [rest]),
  };
}

/** A connection as from nc. */
export async function dial(to: Listen): Promise<Socket> {
  const socket = connect({ host: to.host, port: to.port, allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Sends all, ends the input, returns all that came back. */
export async function converseWith(to: Listen, sent: string): Promise<string> {
  const socket = await dial(to);
  socket.end(sent);
  return readAll(socket);
}

/** All that still comes from a connection. */
export async function readAll(socket: Socket): Promise<string> {
  return allText(socket);
}

/** A promise and the hand that settles it. */
export function signal<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { promise, resolve };
}

/** Counts how often the event loop goes round, until the scope is left. */
export function countTurns(): Disposable & { readonly now: number } {
  let now = 0;
  let waiting: NodeJS.Immediate;
  const count = () => {
    now += 1;
    waiting = setImmediate(count);
  };
  count();
  return {
    get now() {
      return now;
    },
    [Symbol.dispose]: () => clearImmediate(waiting),
  };
}

/** Keeps the event loop for so long. */
export function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
