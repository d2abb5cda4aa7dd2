import type { Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import { errorLine } from '../../platform/doors/conversation.ts';
import type { Admission, Door, Listen } from '../../platform/doors/door.ts';
import { createGate, type Gate, linger } from '../../platform/doors/gate.ts';
import { type Failure, Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';

/** One connection that was let in. Its socket is closed by the door, after `serve` has settled. */
export interface Visit {
  readonly socket: Socket;
  /** Aborted, with a `Refusal` as its reason, when the door begins to stop. */
  readonly ending: AbortSignal;
}

export interface StreamDoorLimits {
  /** Connections (a count) served at once. */
  readonly connections: number;
  /** How long, in milliseconds, a peer may go on sending after our last word, or take nothing of it. */
  readonly lingerMs: number;
  /** How long, in milliseconds, visits may take to end when the door stops; then they are reset. */
  readonly drainMs: number;
  /** How long, in milliseconds, to wait for a port that is still in use when the door starts. */
  readonly listenRetryMs: number;
}

export interface StreamDoorOptions {
  readonly name: string;
  readonly listen: Listen;
  readonly limits: StreamDoorLimits;
  readonly admission: Admission;
  /** Answers on the socket. A `Refusal` that it throws before it wrote anything is told as a `# error:` line. */
  readonly serve: (visit: Visit) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often a port in use is tried again, in milliseconds. */
const retryEveryMs = 100;

/** A door for what is no text: a stream each way, half-open connections too. */
export function createStreamDoor(options: StreamDoorOptions): Door {
  return new StreamDoor(options);
}

class StreamDoor implements Door {
  readonly #options: StreamDoorOptions;
  readonly #gate: Gate;
  readonly #visits = new Set<Promise<void>>();
  readonly #ending = new AbortController();

  constructor(options: StreamDoorOptions) {
    this.#options = options;
    this.#gate = createGate({
      name: options.name,
      listen: options.listen,
      limits: options.limits,
      admission: options.admission,
      refusal: refusalLine,
      serve: (socket) => {
        const visit = this.#receive(socket).finally(() => this.#visits.delete(visit));
        this.#visits.add(visit);
      },
      log: options.log,
    });
  }

  get listening(): Listen {
    return this.#gate.listening;
  }

  async start(): Promise<void> {
    const { clock, limits } = this.#options;
    const until = clock.now() + limits.listenRetryMs;
    for (;;) {
      try {
        return await this.#gate.open();
      } catch (error) {
        // An agent that is just ending may hold the port a little longer.
        const inUse = error instanceof Refusal && error.code === 'address-in-use';
        if (!inUse || clock.now() >= until || this.#ending.signal.aborted) throw error;
        await new Promise<void>((resolve) => clock.after(retryEveryMs, resolve));
      }
    }
  }

  async stop(): Promise<void> {
    if (!this.#ending.signal.aborted) this.#ending.abort(ending);
    // Each visit has heard the signal, and ends by itself.
    await this.#gate.close(() => {});
    await Promise.allSettled([...this.#visits]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #receive(socket: Socket): Promise<void> {
    const { log, limits } = this.#options;
    try {
      await this.#options.serve({ socket, ending: this.#ending.signal });
    } catch (error) {
      if (!(error instanceof Refusal)) log.error('a connection could not be served', { error });
      if (socket.bytesWritten > 0) socket.resetAndDestroy();
      else if (socket.writable) socket.write(refusalLine(error instanceof Refusal ? error : fault));
    }
    if (socket.destroyed) return;
    socket.setTimeout(limits.lingerMs, () => socket.destroy());
    socket.end();
    linger(socket, limits.lingerMs);
  }
}

/**
 * A refusal as one line. One that passes, or that another host need not share, is marked: `# error: [unavailable] …`.
 * What to do next is then left to the client, which may know of other hosts.
 */
function refusalLine(failure: Failure): string {
  if (failure.status !== 503) return errorLine(failure);
  const { code, status, detail } = failure;
  return errorLine({ code, status, detail: `[unavailable] ${detail}` });
}

const ending = new Refusal({
  code: 'unavailable',
  status: 503,
  detail: 'this agent is ending and takes no more work',
});
const fault = new Refusal({
  code: 'unavailable',
  status: 503,
  detail: 'a fault of the agent itself; its log tells more',
});
