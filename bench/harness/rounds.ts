/** Something whose rate can be taken: a part of the house, or the limit that it stands beside. */
export interface Side {
  /** What is done, in words that continue "so many a second". */
  readonly what: string;
  /** Does it for about so many milliseconds; resolves with how many there were a second. */
  readonly run: (windowMs: number) => Promise<number>;
}

/** One part of the house beside the limit that it cannot pass, or beside the same part under another load. */
export interface Comparison {
  readonly measured: Side;
  readonly beside: Side;
}

export interface RoundOptions {
  /** How many rounds (a count); each gives one ratio. */
  readonly rounds: number;
  /** How long one side is measured in one round. */
  readonly windowMs: number;
  /** Called before each round. */
  readonly progress: (round: number) => void;
}

/** What came of one comparison: rates by round, and their ratios, measured over beside. */
export interface Compared {
  readonly what: string;
  readonly perSecond: readonly number[];
  readonly beside: string;
  readonly besidePerSecond: readonly number[];
  readonly ratios: readonly number[];
}

/**
 * Takes every side once a round, one after the other (A B A B …), so that what the machine does meanwhile meets all
 * of them alike; a ratio is of one round. Before the first round each side runs once unmeasured.
 */
export async function compareInRounds(
  comparisons: readonly Comparison[],
  { rounds, windowMs, progress }: RoundOptions,
): Promise<Compared[]> {
  const sides = new Set(comparisons.flatMap(({ measured, beside }) => [measured, beside]));
  const rates = new Map<Side, number[]>();
  progress(0);
  for (const side of sides) {
    await side.run(windowMs / 2);
    rates.set(side, []);
  }
  for (let round = 1; round <= rounds; round += 1) {
    progress(round);
    for (const side of sides) rates.get(side)?.push(await side.run(windowMs));
  }
  return comparisons.map(({ measured, beside }) => {
    const perSecond = rates.get(measured) ?? [];
    const besidePerSecond = rates.get(beside) ?? [];
    const ratios = perSecond.map((rate, round) => rate / (besidePerSecond[round] ?? Number.NaN));
    return { what: measured.what, perSecond, beside: beside.what, besidePerSecond, ratios };
  });
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return (low + high) / 2;
}
