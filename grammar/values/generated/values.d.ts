// Generated from values.peggy. Do not edit.
import type { Fault, Literal, Make } from '../make.ts';

/** What each rule returns. */
export interface Literals {
  literal: Literal | Fault;
  string: Literal | Fault;
  seconds: Literal | Fault;
  wholeTimestamp: Literal | Fault;
  wholeVersion: Literal | Fault;
  wholeMoney: Literal | Fault;
  wholeQuantity: Literal | Fault;
  wholeNumber: Literal | Fault;
}

/** Reads the whole text by a rule, or throws a SyntaxError of this module. */
export function parse<R extends keyof Literals>(text: string, options: { startRule: R; make: Make }): Literals[R];

declare class PeggySyntaxError extends SyntaxError {
  /** What the rules would have taken; null where the grammar itself said what is wrong. */
  readonly expected: readonly unknown[] | null;
  readonly location: { readonly start: { readonly offset: number } };
}
export { PeggySyntaxError as SyntaxError };
