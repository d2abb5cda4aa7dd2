import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, systemClock } from '../../platform/clock.ts';

/** The time of day, which goes on as it does, and which a test may have leap ahead: for what comes only after hours. */
export class LeapingClock implements Clock {
  #aheadMs = 0;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  now(): number {
    return systemClock.now() + this.#aheadMs;
  }

  after(delay: number, task: () => void): () => void {
    const fire = () => {
      cancel();
      task();
    };
    const timer = { at: this.now() + delay, fire };
    this.#timers.add(timer);
    const stop = systemClock.after(delay, fire);
    const cancel = () => {
      this.#timers.delete(timer);
      stop();
    };
    return cancel;
  }

  /** Calls what falls due within so many milliseconds, in its order; what that sets counts from the end of the leap. */
  async leap(ms: number): Promise<void> {
    this.#aheadMs += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.now()).sort((a, b) => a.at - b.at);
    for (const timer of due)
      if (this.#timers.has(timer)) {
        timer.fire();
        await turn();
      }
  }
}
