/** What all headers of one document of version 1.x may hold together, so that it is read in a time that nobody notices. */
export interface ValueBounds {
  /** Values in sets, tests, expressions and prices: each costs a reader some microseconds. */
  readonly values: number;
  /** Those among them that stand in expressions, operators included, which take longest to read. */
  readonly expressionParts: number;
  /** Steps of the regular expressions, as they are counted for one header. */
  readonly regexSteps: number;
}

export const valueBounds: ValueBounds = { values: 4096, expressionParts: 1024, regexSteps: 1600 };
