import type { Regex } from '../regex/index.ts';
import type { Value } from '../values/value.ts';

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A value in a test, and its canonical text. */
export interface Literal {
  readonly value: Value;
  readonly text: string;
}

/** What a header about the other side asks of his fact: section 5 of the language. */
export type Test = All | Any | Not | Group | Comparison | Range | Has | Matches | Versioned | Said;

/** `t, u`: each of the tests, put to the whole set. */
export interface All {
  readonly kind: 'and';
  readonly tests: readonly Test[];
}

/** `t | u` */
export interface Any {
  readonly kind: 'or';
  readonly tests: readonly Test[];
}

export interface Not {
  readonly kind: 'not';
  readonly test: Test;
}

/** Parentheses, which stay where they were written. */
export interface Group {
  readonly kind: 'group';
  readonly test: Test;
}

/** `v` (whose operator is `=`) or `== v`, and the others; `!= v` is `not v`. */
export interface Comparison extends Literal {
  readonly kind: 'compare';
  readonly operator: Operator | '=';
}

/** `a..b`, `a..`, `..b`: one end at least is there. */
export interface Range {
  readonly kind: 'range';
  readonly from: Literal | undefined;
  readonly to: Literal | undefined;
}

/** `has v` */
export interface Has extends Literal {
  readonly kind: 'has';
}

/** `~ /re/` */
export interface Matches {
  readonly kind: 'matches';
  readonly expression: Regex;
  /** As it was written, such as `/gcc|clang/i`. */
  readonly text: string;
}

/** `name (test)`: a string that is this name and then a version that passes the test. */
export interface Versioned {
  readonly kind: 'versioned';
  readonly name: string;
  /** The name as it was written, perhaps in quotes. */
  readonly text: string;
  readonly test: Test;
}

/** `any` and `unsaid`: whether the other says the name at all. */
export interface Said {
  readonly kind: 'any' | 'unsaid';
}
