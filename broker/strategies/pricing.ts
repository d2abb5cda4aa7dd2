import type { Header } from '../../grammar/index.ts';

/** What a node is priced by. */
export interface Priced {
  /** What it says of itself. */
  readonly says: readonly Header[];
  /** How much of it is taken: whole hundredths, 0 to 100. */
  readonly utilisation: number;
}

/** How a broker prices nodes whose owners say no Price. */
export interface Pricing {
  /** Whether it looks at how much of a node is taken. */
  readonly goesWithLoad: boolean;
  /** What a node costs now, in canonical text, one Price a currency; none where it costs nothing. */
  prices(node: Priced): readonly string[];
}
