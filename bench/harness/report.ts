import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Figure } from './bench.ts';
import { type Compared, median } from './rounds.ts';

/** What `--json` writes. Fields are added, never changed: a change of meaning raises `version`. */
export interface Report {
  readonly version: 1;
  /** When the run began, as ISO 8601. */
  readonly date: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly windowMs: number;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryMiB: number;
    readonly system: string;
    readonly node: string;
  };
  readonly benches: readonly BenchReport[];
}

export interface BenchReport {
  readonly name: string;
  readonly says: string;
  readonly comparisons: readonly (Compared & {
    readonly ratio: { readonly median: number; readonly min: number; readonly max: number };
  })[];
  readonly figures: readonly Figure[];
}

export function benchReport(
  { name, says }: { readonly name: string; readonly says: string },
  {
    comparisons,
    figures,
  }: { readonly comparisons: readonly Compared[]; readonly figures: readonly Figure[] },
): BenchReport {
  const withSpread = comparisons.map((compared) => {
    const { ratios } = compared;
    return {
      ...compared,
      ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
    };
  });
  return { name, says, comparisons: withSpread, figures };
}

export function machine(): Report['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
  };
}
