import type { Compared, RoundOptions } from './rounds.ts';

/** What a bench is given. */
export interface BenchContext extends RoundOptions {
  /** Whether the run is to be short: smaller markets, fewer nodes. */
  readonly quick: boolean;
  /** An empty folder of this bench's own, on the disk whose commits are measured; removed after the run. */
  readonly folder: string;
  /** Says on standard error what is being done. */
  readonly say: (doing: string) => void;
}

/** A number that stands beside no limit, such as how long a start took. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 's' | 'ms' | 'µs' | 'MiB';
}

export interface BenchResult {
  readonly comparisons: readonly Compared[];
  readonly figures: readonly Figure[];
}

/** One subject that is measured; `name` is what `--only` takes. */
export interface Bench {
  readonly name: string;
  readonly says: string;
  run(context: BenchContext): Promise<BenchResult>;
}
