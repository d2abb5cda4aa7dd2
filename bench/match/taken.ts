import type { Sliced } from '../../grammar/matching/index.ts';

/** How long one request took in milliseconds, and the longest of its slices; and how many match it. */
export interface Taken {
  readonly ms: number;
  readonly sliceMs: number;
  readonly matches: number;
}

/** Does what a service does in slices, one right after the other; the work says how many match. */
export function taken(work: Sliced<number>): Taken {
  const begun = performance.now();
  let sliceMs = 0;
  for (let at = begun; ; ) {
    const step = work.next();
    const now = performance.now();
    sliceMs = Math.max(sliceMs, now - at);
    at = now;
    if (step.done) return { ms: now - begun, sliceMs, matches: step.value };
  }
}
