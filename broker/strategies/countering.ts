import type { Price } from '../../grammar/index.ts';

/** What a Counter is about, of prices; all in one currency where it is said. */
export interface CounterCase {
  /** What was offered before. */
  readonly offered: Price | undefined;
  /** What the Counter would pay; the same as offered where it says no Price. */
  readonly proposed: Price | undefined;
  /** What the Tell of the node asks now. */
  readonly list: Price | undefined;
}

/** The price proposed is taken; or none is; or this one would do, in canonical text. */
export type CounterAnswer =
  | { readonly answer: 'accept' }
  | { readonly answer: 'refuse'; readonly text: string }
  | { readonly answer: 'price'; readonly price: string };

/** How a broker answers what a Counter says of its price; whether there is capacity is another matter. */
export interface Countering {
  answer(counter: CounterCase): CounterAnswer;
}
