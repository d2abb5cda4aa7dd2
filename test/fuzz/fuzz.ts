import fc from 'fast-check';
import type { Target } from './target.ts';

/** A fault that was found, as small as it gets. */
export interface Fault {
  readonly target: string;
  /** With it the run that failed is made again. */
  readonly seed: number;
  readonly path: string;
  /** What the property was given. */
  readonly counterexample: unknown;
  readonly message: string;
}

/** Runs a target some times, from this seed. */
export function runOnce(target: Target, seed: number, runs: number): Fault | undefined {
  const result = fc.check(target.property(), { seed, numRuns: runs, interruptAfterTimeLimit: shrinkingMs });
  if (!result.failed || result.counterexample === null) return undefined;
  const error: unknown = result.errorInstance;
  return {
    target: target.name,
    seed,
    path: result.counterexamplePath ?? '',
    counterexample: result.counterexample,
    message: error instanceof Error ? error.message : String(error),
  };
}

/** A fault is made smaller no longer than this. */
const shrinkingMs = 60_000;
const runsOfRound = 50;

/** What is under way: called after each round. */
export type Progress = (target: string, runs: number) => void;

/** Runs targets in turns until the time is over, and gives the first fault of each; one that failed is not run again. */
export function fuzz(
  targets: readonly Target[],
  seed: number,
  isOver: () => boolean,
  progress: Progress,
): Fault[] {
  const faults = new Map<string, Fault>();
  for (let round = 0; !isOver() && faults.size < targets.length; round += 1) {
    for (const target of targets) {
      if (faults.has(target.name) || isOver()) continue;
      const fault = runOnce(target, seed + round, runsOfRound);
      if (fault !== undefined) faults.set(target.name, fault);
      progress(target.name, runsOfRound);
    }
  }
  return [...faults.values()];
}

/** A fault as it is written to a file. */
export function reproductionOf(fault: Fault): string {
  const plain = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
    return value instanceof Map ? Object.fromEntries(value) : value;
  };
  return `${JSON.stringify(fault, plain, 2)}\n`;
}
