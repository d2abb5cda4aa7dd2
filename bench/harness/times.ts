import type { Figure } from './bench.ts';
import { median, type Side } from './rounds.ts';

/** The value that so large a share (0 to 1) of all does not pass: the nearest that was really taken. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** A figure that every round gives: the median over the rounds, and the span. */
export function figureOf(what: string, unit: Figure['unit'], byRound: readonly number[]): Figure {
  return {
    what,
    unit,
    value: median(byRound),
    span: { min: Math.min(...byRound), max: Math.max(...byRound) },
  };
}

/**
 * A side that does one thing after the other and takes the time of each, in milliseconds. Its rate is how many there
 * were in a second of such time. What it ran first, before the rounds, does not count here either.
 */
export class Timed implements Side {
  readonly what: string;
  readonly #take: (windowMs: number) => Promise<readonly number[]>;
  readonly #byTurn: (readonly number[])[] = [];

  constructor(what: string, take: (windowMs: number) => Promise<readonly number[]>) {
    this.what = what;
    this.#take = take;
  }

  async run(windowMs: number): Promise<number> {
    const times = await this.#take(windowMs);
    this.#byTurn.push(times);
    return (times.length * 1_000) / times.reduce((sum, time) => sum + time, 0);
  }

  /** The percentiles of these shares, each over the rounds; of rounds that took no time nothing is told. */
  figures(shares: readonly number[]): Figure[] {
    const rounds = this.#byTurn.slice(1).filter((times) => times.length > 0);
    if (rounds.length === 0) return [];
    return shares.map((share) => {
      const byRound = rounds.map((times) => percentile(times, share));
      return figureOf(`${this.what}, ${nameOf(share)}`, 'ms', byRound);
    });
  }
}

function nameOf(share: number): string {
  if (share === 0.5) return 'median';
  return share === 1 ? 'longest' : `${share * 100}th percentile`;
}
