import type { Document1 } from '../grammar/index.ts';
import { type FrameLimits, openFrames, type SocketAddress } from './frames.ts';
import { pause } from './pause.ts';
import { Retries, type RetryLimits } from './retries.ts';
import { StandingWatch, type Watched } from './standing-watch.ts';

export interface WatchOptions {
  /** Takes the Watch up again after this point, instead of asking anew. */
  readonly cursor?: number | undefined;
  /** Ends the iteration, which is no failure. */
  readonly signal?: AbortSignal | undefined;
}

export type WatchLimits = FrameLimits & RetryLimits;

const watchLimits: WatchLimits = {
  connectMs: 10_000,
  pingMs: 30_000,
  frameBytes: 64 * 1024 * 1024,
  waitingFrames: 100,
  refusalBytes: 64 * 1024,
  firstMs: 500,
  mostMs: 30_000,
  awayMs: 24 * 3600 * 1000, // a Watch lives no longer
};

/** Watches at a service, over WebSocket. */
export class WatchClient {
  readonly #address: SocketAddress;
  readonly #path: string;
  readonly #limits: WatchLimits;

  constructor(address: SocketAddress, path: string, limits: Partial<WatchLimits> = {}) {
    this.#address = address;
    this.#path = path;
    this.#limits = { ...watchLimits, ...limits };
  }

  /**
   * Hands over the documents of the first answer, then each event as it comes, once and in order. Where the
   * connection breaks, or the service is away for a while, the Watch is taken up again after the last document that
   * was handed over. It stays at the service when the iteration ends, so that it can be taken up later.
   *
   * Throws a ServiceFailure: `declined` where a Decline ends the Watch, what the service refuses it with, and
   * `unavailable` where the service cannot be reached at first, stays away for too long, or cannot be understood.
   */
  async *watch(
    document: Pick<Document1, 'headers'>,
    { cursor, signal }: WatchOptions = {},
  ): AsyncGenerator<Watched, void, void> {
    const leaving = new AbortController();
    const stop = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
    const standing = new StandingWatch(document, cursor, () =>
      openFrames(this.#address, this.#path, this.#limits, stop),
    );
    const retries = new Retries(this.#limits, Math.random);
    try {
      while (!stop.aborted) {
        const came = await standing.next().catch(async (error: unknown) => {
          if (stop.aborted) return [];
          const waitMs = standing.survives(error) ? retries.broke(performance.now()) : undefined;
          if (waitMs === undefined) throw error;
          await pause(waitMs, stop).catch(() => {});
          return undefined;
        });
        if (came === undefined) continue;
        retries.heard(performance.now(), came.length > 0);
        for (const watched of came) {
          if (stop.aborted) return;
          standing.handOver(watched);
          yield watched;
        }
      }
    } finally {
      leaving.abort();
    }
  }
}
