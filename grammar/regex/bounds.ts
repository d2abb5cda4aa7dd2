/** What the expressions of one header may cost. The time to search a text is at most their product with its length. */
export interface RegexBounds {
  /**
   * Steps of the compiled program: its instructions, and the sets into which its different classes look. Each costs
   * a few nanoseconds for each character in the worst case, so that 320 of them and the 8 KiB that a text has at most
   * come to some 10 ms.
   */
  readonly steps: number;
  /** What each expression beside others costs however short it is, in steps: a set may hold thousands of texts. */
  readonly stepsEach: number;
  /** The largest n or m in `{n,m}`, as in RE2. */
  readonly repetitions: number;
  /** Groups within groups. */
  readonly nesting: number;
  /** States that are remembered from one search to the next; each holds some 300 bytes. */
  readonly states: number;
}

export const regexBounds: RegexBounds = {
  steps: 320,
  stepsEach: 8,
  repetitions: 1000,
  nesting: 64,
  states: 64,
};
