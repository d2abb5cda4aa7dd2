import { uptime } from 'node:os';
import type { Clock } from '../../platform/clock.ts';

/**
 * The clock of another host, told from here: never ahead of it, as far as both go alike since it was last set; a second or
 * so behind. Whoever sets the clock of this machine does not move it.
 */
export class FarClock implements Clock {
  readonly #own: Clock;
  #aheadMs = 0;

  constructor(own: Clock) {
    this.#own = own;
  }

  /** What it showed there at some moment before this one, in milliseconds since 1970. */
  set(wallMs: number): void {
    this.#aheadMs = wallMs - performance.now();
  }

  now(): number {
    return Math.floor(performance.now() + this.#aheadMs);
  }

  after(delay: number, task: () => void): () => void {
    return this.#own.after(delay, task);
  }
}

/** The system tells how long it has been up in steps of so many milliseconds, of which the last is not over (proc(5)). */
const uptimeStepMs = 10;

/** Two clocks that go alike, whoever sets the clock of the machine: one stands still while it sleeps, the other tells by steps. */
export interface Elapsed {
  /** Milliseconds since some moment, without those asleep. */
  awakeMs(): number;
  /** Milliseconds since the machine was booted, with those asleep. */
  upMs(): number;
}

const elapsedHere: Elapsed = { awakeMs: () => performance.now(), upMs: () => uptime() * 1000 };

/**
 * The clock of this machine as it went on from now, were it never set: one that is set back is not to make an old grant a
 * new one. Never ahead of that.
 */
export function unsetClock(own: Clock, elapsed: Elapsed = elapsedHere): Clock {
  const startMs = own.now();
  const [awakeMs, upMs] = [elapsed.awakeMs(), elapsed.upMs()];
  return {
    now: () =>
      Math.floor(startMs + Math.max(elapsed.awakeMs() - awakeMs, elapsed.upMs() - upMs - uptimeStepMs)),
    after: (delay, task) => own.after(delay, task),
  };
}
