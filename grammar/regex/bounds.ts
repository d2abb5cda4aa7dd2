/** What one expression may cost; the time to search a text is at most their product with the text's length. */
export interface RegexBounds {
  /** Instructions of the compiled program; each costs a few nanoseconds for each character in the worst case. */
  readonly instructions: number;
  /** The largest n or m in `{n,m}`, as in RE2. */
  readonly repetitions: number;
  /** Groups within groups. */
  readonly nesting: number;
  /** States that are remembered from one search to the next; each holds some 700 bytes. */
  readonly states: number;
}

export const regexBounds: RegexBounds = { instructions: 1500, repetitions: 1000, nesting: 64, states: 250 };
