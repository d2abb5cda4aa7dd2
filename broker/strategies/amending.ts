import type { Deal } from '../../grammar/index.ts';

/** The terms of an agreement before or after an Amend. */
export interface Agreed {
  readonly terms: Deal;
  /** Until when it holds, in milliseconds since 1970. */
  readonly untilAt: number;
}

/** Which Amends of the other side a broker agrees to at once. */
export interface Amending {
  /** What would be worse for this side, in words for the text of a Decline; undefined where nothing is. */
  worse(before: Agreed, after: Agreed): string | undefined;
}
