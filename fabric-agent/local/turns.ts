/** Lets a few in at a time, in the order in which they came. */
export interface Turns {
  /** Resolves, with what lets the next one in, when there is room. Rejects with the signal's reason when that is aborted. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createTurns(places: number): Turns {
  let inside = 0;
  const waiting = new Set<() => void>();
  const leave = () => {
    inside -= 1;
    const [next] = waiting;
    if (next === undefined) return;
    waiting.delete(next);
    next();
  };
  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (inside >= places) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const come = () => {
          inside += 1;
          resolve();
        };
        const giveUp = () => {
          if (waiting.delete(come)) reject(signal.reason);
        };
        waiting.add(come);
        signal.addEventListener('abort', giveUp);
        await promise.finally(() => signal.removeEventListener('abort', giveUp));
      } else inside += 1;
      return leave;
    },
  };
}
