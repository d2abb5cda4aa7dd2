/** Milliseconds of CPU of the thread that holds the event loop, which other work on the machine does not add to. */
function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** How much larger the large one is. */
export const growth = 8;

/**
 * How much longer the large one may take than as many small ones as are as large: as long where time grows as the size
 * does, eight times as long where it grows as its square.
 */
const growthAllowed = 3;

/** Below so much the clock, which may tick every few milliseconds, and the engine's own work say more than the work. */
const unmeasuredMs = 25;

const tries = 6;

/** What the yardstick takes on the machine for which bounds of time are written, with nothing beside it. */
const yardstickMs = 32;

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
    // As many as are as large: of one alone the clock may say that it took no time.
    least = Math.min(
      least,
      cpuMs(() => {
        for (let count = 0; count < growth; count += 1) small();
      }),
    );
    if (most <= mostMs && most <= growthAllowed * least + unmeasuredMs) return undefined;
  }
  const slow = slowdown();
  if (most <= slow * mostMs && most <= growthAllowed * least + slow * unmeasuredMs) return undefined;
  return `${most.toFixed(1)} ms, and ${least.toFixed(1)} ms in eighths; ${mostMs} ms may be, on a machine ${slow.toFixed(1)} times as slow`;
}

/**
 * Milliseconds of CPU that `work` takes, as they would be on the machine for which bounds are written: the least of a
 * few tries, for the engine compiles and cleans up at its own times. It is tried no more once it is well below `mostMs`.
 */
export function leastMs(work: () => unknown, mostMs: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < tries && least > mostMs / 2; turn += 1) least = Math.min(least, cpuMs(work));
  return least <= mostMs ? least : least / slowdown();
}

/** How many times as slow this machine is just now: its cores may be slower, or shared with what runs beside. */
export function slowdown(): number {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < tries; turn += 1) least = Math.min(least, cpuMs(yardstick));
  return Math.max(1, least / yardstickMs);
}

/** Work of a fixed size that is like what readers and matchers do: text that is made, taken apart, kept and put in order. */
function yardstick(): number {
  const kept = new Map<string, number>();
  for (let turn = 0; turn < 20_000; turn += 1) {
    const line = `name-${(turn * 7_919) % 20_011} = ${turn % 97}, "${turn.toString(36)}"`;
    const [, name = '', number, text = ''] = /^(\S+) = (\d+), "(.*)"$/.exec(line) ?? [];
    kept.set(name, Number(number) + text.length);
  }
  return [...kept].sort(([one, first], [other, second]) => first - second || (one < other ? -1 : 1)).length;
}
