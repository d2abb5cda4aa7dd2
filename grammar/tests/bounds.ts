/**
 * What the test of one header may hold, so that putting it to any fact takes a time that nobody notices. Real tests
 * have a few values.
 */
export interface TestBounds {
  /** How deep brackets and `not` may nest. */
  readonly nesting: number;
  /** Values and ranges, and the words and expressions that stand in their place. */
  readonly values: number;
  /** Those of them in the brackets after names: each is put to every version that a set has behind the name. */
  readonly versions: number;
}

export const testBounds: TestBounds = { nesting: 64, values: 1024, versions: 32 };
