import type { Snapshot } from './versions.ts';

/** Work that is done in slices: each `next` does one, of a few thousand rows at most, and the last gives the result. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Does sliced work to its end at once. */
export function finish<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Does work on a snapshot that is given, or on one of its own that is open no longer than the work goes on. */
export function* atSnapshot<Step, Result>(
  table: { snapshot(): Snapshot },
  given: Snapshot | undefined,
  work: (snapshot: Snapshot) => Generator<Step, Result, undefined>,
): Generator<Step, Result, undefined> {
  if (given !== undefined) return yield* work(given);
  using snapshot = table.snapshot();
  return yield* work(snapshot);
}
