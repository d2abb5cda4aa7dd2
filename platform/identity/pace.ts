import type { Clock } from '../clock.ts';

export interface PaceLimits {
  /** How many a second, in the long run. */
  readonly aSecond: number;
  /** How many (a count) at once. */
  readonly atOnce: number;
  /** Of how many names (a count) is remembered how often they came; beyond, the one that came first is forgotten. */
  readonly names: number;
}

/** What is left to one name: `left` at the time `at`, in milliseconds. */
interface Bucket {
  left: number;
  at: number;
}

/** What floating point may take from one. */
const rounding = 1e-9;

/** How often each of many may do something: a token bucket for each name. Who waits long enough may always go on. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: PaceLimits, clock: Pick<Clock, 'now'>) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Counts one. Returns 0, or after how many milliseconds one will be allowed; that one is not counted then. */
  take(name: string): number {
    const { aSecond, atOnce } = this.#limits;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(name) ?? this.#begin(name, now);
    // A clock that was set back gives nothing, and takes nothing.
    const passedMs = Math.max(0, now - bucket.at);
    bucket.left = Math.min(atOnce, bucket.left + (passedMs / 1000) * aSecond);
    bucket.at = now;
    if (bucket.left < 1 - rounding) return Math.ceil(((1 - bucket.left) / aSecond) * 1000);
    bucket.left -= 1;
    return 0;
  }

  #begin(name: string, now: number): Bucket {
    if (this.#buckets.size >= this.#limits.names) {
      const [first] = this.#buckets.keys();
      if (first !== undefined) this.#buckets.delete(first);
    }
    const bucket = { left: this.#limits.atOnce, at: now };
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
