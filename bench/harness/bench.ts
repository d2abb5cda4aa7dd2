import type { Compared, RoundOptions } from './rounds.ts';

/** What a bench is given. */
export interface BenchContext extends RoundOptions {
  /** Whether the run is to be short: smaller markets, fewer nodes. */
  readonly quick: boolean;
  /** The most Tells, or Asks that wait, by which a bench shows growth. */
  readonly upTo: number;
  /** An empty folder of this bench's own, on the disk whose commits are measured; removed after the run. */
  readonly folder: string;
  /** A folder of the whole run, for what is dear to make and serves several benches; removed after the run. */
  readonly shared: string;
  /** The root of a system with HTCondor, which `bench/peers/htcondor.sh` makes: then it is measured beside the market. */
  readonly peers: string | undefined;
  /** Says on standard error what is being done. */
  readonly say: (doing: string) => void;
}

/** A number that stands beside no limit, such as how long a start took. */
export interface Figure {
  readonly what: string;
  /** Where it was taken in every round the median over the rounds. */
  readonly value: number;
  readonly unit: 's' | 'ms' | 'µs' | 'MiB' | 'B' | 'programs';
  /** The least and the greatest, where it was taken in every round. */
  readonly span?: { readonly min: number; readonly max: number };
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
