/** Time, passed in, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /**
   * Calls `task` once, after `delay` milliseconds. The timer never keeps the process alive by itself.
   * Returns a function that cancels it.
   */
  after(delay: number, task: () => void): () => void;
}

/** Longer delays than this, some 24 days, Node.js takes for none at all. */
const longestDelayMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, task) {
    let timer: NodeJS.Timeout;
    const wait = (rest: number): void => {
      const step = Math.min(rest, longestDelayMs);
      timer = setTimeout(() => (rest > step ? wait(rest - step) : task()), step);
      timer.unref();
    };
    wait(delay);
    return () => clearTimeout(timer);
  },
};
