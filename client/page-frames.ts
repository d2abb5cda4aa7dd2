import { failure } from '../protocol/catalogue.ts';
import { ServiceFailure } from './failure.ts';
import type { OpenFrames } from './followed.ts';
import type { Frames } from './frames.ts';
import { checkSecret } from './secrecy.ts';

export interface PageSockets {
  /** The service's base address. */
  readonly url: string;
  /** The token that the first frame shows, where there is one: a page cannot set headers. */
  readonly token?: (() => Promise<string | undefined>) | undefined;
  /** Frames (a count) that may wait to be taken; with more, the connection is given up, for nothing can hold it back. */
  readonly waitingFrames?: number;
}

/** WebSockets as browsers have them, and Node.js without a rule of its own on where it may go. */
export function pageFrames({ url, token, waitingFrames = 1_000 }: PageSockets): OpenFrames {
  return async (path, signal) => {
    const target = new URL(path, url);
    const shown = await token?.();
    if (shown !== undefined) checkSecret(target.href);
    target.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:';
    signal.throwIfAborted();
    const frames = new PageFrames(new WebSocket(target), url, waitingFrames, signal);
    await frames.opened;
    if (shown !== undefined) frames.send(JSON.stringify({ token: shown }));
    return frames;
  };
}

class PageFrames implements Frames {
  readonly opened: Promise<void>;
  readonly #socket: WebSocket;
  readonly #waiting: string[] = [];
  readonly #stop = () => this.#socket.close();
  readonly #signal: AbortSignal;
  #ended: ServiceFailure | undefined;
  #wake: () => void = () => {};

  constructor(socket: WebSocket, url: string, waitingFrames: number, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.opened = promise;
    signal.addEventListener('abort', this.#stop, { once: true });
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') return;
      this.#waiting.push(data);
      if (this.#waiting.length > waitingFrames) socket.close();
      this.#wake();
    });
    socket.addEventListener('close', ({ code, reason }) => {
      const detail = `${url} ended the connection (code ${code}${reason === '' ? '' : `: ${reason}`})`;
      this.#ended = new ServiceFailure(failure('unavailable', detail));
      this[Symbol.dispose]();
      reject(this.#ended);
      this.#wake();
    });
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  async next(): Promise<string> {
    for (;;) {
      const frame = this.#waiting.shift();
      if (frame !== undefined) return frame;
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#stop);
    this.#stop();
  }
}
