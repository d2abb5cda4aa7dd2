/** Milliseconds of CPU of the thread that holds the event loop, which other work on the machine does not add to. */
export function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** How much larger the large one is. */
export const growth = 8;

/** What that may cost: eight times the time where it grows as the size does, sixty-four as its square. */
const growthAllowed = 24;

/** Below so much the clock, which may tick every few milliseconds, and the engine's own work say more than the work. */
const unmeasuredMs = 25;

const tries = 3;

/**
 * Says what is wrong with the time of `work` over something of a size and over something `growth` times as large: that it
 * grows faster, or that the larger takes longer than `mostMs`. Nothing where it is well once in a few tries.
 */
export function slowness(small: () => unknown, large: () => unknown, mostMs: number): string | undefined {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < tries; turn += 1) {
    most = Math.min(most, cpuMs(large));
    if (most <= mostMs && most <= unmeasuredMs) return undefined;
    least = Math.min(least, cpuMs(small));
    if (most <= mostMs && most <= growthAllowed * least + unmeasuredMs) return undefined;
  }
  return `${most.toFixed(1)} ms, and ${least.toFixed(1)} ms of an eighth; ${mostMs} ms may be`;
}
