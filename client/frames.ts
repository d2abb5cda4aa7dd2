import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as secured } from 'node:tls';
import { WebSocket } from 'ws';
import { failure } from '../protocol/catalogue.ts';
import { ServiceFailure } from './failure.ts';
import { notReached, refusalOf } from './http.ts';
import { checkSecret } from './secrecy.ts';

/** How a client reaches a service over WebSocket. */
export interface SocketAddress {
  /** The service's base address, as for HTTP: `http://127.0.0.1:8480`, or `https://…` where it speaks TLS. */
  readonly url: string;
  /** Connects to `host:port`, without TLS, by whatever rule there is on where it may go; rejects when the signal aborts. */
  readonly dial: (address: string, signal: AbortSignal) => Promise<Duplex>;
  /** The token that the request shows, which then goes over TLS or stays on this machine; none unless given. */
  readonly token?: (() => Promise<string | undefined>) | undefined;
}

export interface FrameLimits {
  /** How long connecting may take, until the service has agreed to speak WebSocket. */
  readonly connectMs: number;
  /** How often the service is asked whether it is still there; one that has not answered when it is asked again is given up. */
  readonly pingMs: number;
  /** Bytes of one frame. */
  readonly frameBytes: number;
  /** Frames (a count) that wait to be taken; with more, none is read. */
  readonly waitingFrames: number;
  /** Bytes of a refusal to speak WebSocket. */
  readonly refusalBytes: number;
}

/** A WebSocket to a service: text frames, each taken when the caller comes for it. */
export interface Frames extends Disposable {
  send(frame: string): void;
  /** The next frame. Throws a {@link ServiceFailure} once the connection has ended and all that came is taken. */
  next(): Promise<string>;
}

/** Connects. Throws a {@link ServiceFailure} where the service cannot be reached or refuses; a signal ends it at any time. */
export async function openFrames(
  { url, dial, token }: SocketAddress,
  path: string,
  limits: FrameLimits,
  signal: AbortSignal,
): Promise<Frames> {
  const target = new URL(path, url);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(limits.connectMs)]);
  try {
    const isSecure = target.protocol === 'https:';
    const shown = await token?.();
    if (shown !== undefined) checkSecret(target.href);
    const connection = await dial(`${target.hostname}:${target.port || (isSecure ? 443 : 80)}`, patience);
    target.protocol = isSecure ? 'wss:' : 'ws:';
    const socket = new WebSocket(target, {
      createConnection: () => (isSecure ? securely(connection, target.hostname) : connection),
      maxPayload: limits.frameBytes,
      perMessageDeflate: false,
      ...(shown === undefined ? {} : { headers: { Authorization: `Bearer ${shown}` } }),
    });
    const frames = new SocketFrames(socket, url, limits, signal);
    await agreed(socket, url, limits.refusalBytes, patience);
    return frames;
  } catch (error) {
    throw notReached(error, url);
  }
}

/** TLS over a connection; who answers must have a certificate of the name. An IP address is never sent as a name. */
function securely(connection: Duplex, name: string): Duplex {
  const host = name.replace(/^\[(.*)\]$/, '$1');
  return secured({ socket: connection, host, ...(isIP(host) === 0 ? { servername: host } : {}) });
}

/** Waits until the service has agreed to speak WebSocket; what keeps it from that is thrown. */
async function agreed(
  socket: WebSocket,
  url: string,
  refusalBytes: number,
  patience: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = () => reject(patience.reason);
  socket.once('open', resolve);
  socket.once('error', reject);
  socket.once('unexpected-response', (_request, response: IncomingMessage) => {
    void textOf(response, refusalBytes).then((text) =>
      reject(refusalOf(response.statusCode ?? 0, text, url)),
    );
  });
  patience.addEventListener('abort', late, { once: true });
  try {
    patience.throwIfAborted();
    await promise;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    patience.removeEventListener('abort', late);
  }
}

/** What came of a body, whole or not. */
async function textOf(response: IncomingMessage, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostBytes) break;
      chunks.push(chunk);
    }
  } catch {
    // It broke off; what came may still say why.
  }
  return Buffer.concat(chunks).toString('utf8');
}

class SocketFrames implements Frames {
  readonly #socket: WebSocket;
  readonly #waiting: string[] = [];
  readonly #beat: NodeJS.Timeout;
  readonly #stop: () => void;
  #heard = true;
  #ended: ServiceFailure | undefined;
  #wake: () => void = () => {};

  constructor(socket: WebSocket, url: string, limits: FrameLimits, signal: AbortSignal) {
    this.#socket = socket;
    this.#beat = setInterval(() => this.#ask(), limits.pingMs);
    this.#beat.unref();
    this.#stop = () => {
      clearInterval(this.#beat);
      signal.removeEventListener('abort', this.#stop);
      socket.terminate();
    };
    signal.addEventListener('abort', this.#stop, { once: true });
    const heard = () => {
      this.#heard = true;
    };
    socket.on('ping', heard);
    socket.on('pong', heard);
    socket.on('message', (data, isBinary) => {
      heard();
      if (isBinary) return;
      this.#waiting.push(String(data));
      if (this.#waiting.length >= limits.waitingFrames) socket.pause();
      this.#wake();
    });
    socket.on('error', () => {}); // 'close' follows
    socket.once('close', (code, reason) => {
      this.#stop();
      this.#ended = endOf(url, code, String(reason));
      this.#wake();
    });
  }

  send(frame: string): void {
    this.#socket.send(frame, () => {}); // 'close' tells of what broke
  }

  async next(): Promise<string> {
    for (;;) {
      const frame = this.#waiting.shift();
      if (frame !== undefined) {
        if (this.#socket.isPaused && this.#waiting.length === 0) this.#resume();
        return frame;
      }
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #resume(): void {
    this.#heard = true; // nothing was read meanwhile
    this.#socket.resume();
  }

  #ask(): void {
    if (this.#socket.isPaused || this.#socket.readyState !== this.#socket.OPEN) return;
    if (!this.#heard) this.#socket.terminate();
    else this.#socket.ping();
    this.#heard = false;
  }
}

function endOf(url: string, code: number, reason: string): ServiceFailure {
  const why = reason === '' ? `code ${code}` : `code ${code}: ${reason}`;
  return new ServiceFailure(failure('unavailable', `${url} ended the connection (${why})`));
}
