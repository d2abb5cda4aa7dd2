import type { Place, RunOrder } from '../back-ends/back-end.ts';

/** What the file begins with; `native/order.c` reads it. */
const version = 'ogm-batch-1';

/**
 * An order as the runner reads it: strings that end with a NUL. Of the moments `skewMs` is taken away, by which the clock
 * of the machine where it runs may be behind.
 */
export function orderFile(order: RunOrder, { work, stdout, stderr }: Place, skewMs: number): Buffer {
  const { latestStartMs, timeMs, leaseEndMs, graceMs, limits, argv, environment } = order;
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const strings = [
    version,
    ...[
      Math.max(1, latestStartMs - skewMs),
      bound(leaseEndMs - graceMs - skewMs),
      bound(timeMs),
      graceMs,
    ].map(whole),
    ...[limits.outputBytes, limits.memoryBytes ?? 0, limits.processes ?? 0].map(whole),
    ...[work, stdout, stderr],
    ...[String(argv.length), ...argv],
    ...[String(variables.length), ...variables],
  ];
  return Buffer.from(strings.map((string) => `${string}\0`).join(''));
}

/** 0 would be no bound at all, and no bound is 0. */
function bound(ms: number): number {
  return Number.isFinite(ms) ? Math.max(1, ms) : 0;
}

function whole(value: number): string {
  return String(Math.max(0, Math.min(Math.floor(value), 1e17)));
}
