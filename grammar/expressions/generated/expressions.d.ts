// Generated from expressions.peggy. Do not edit.
import type { ExpressionMaker } from '../make.ts';
import type { Node } from '../syntax.ts';

/** What each rule returns. */
export interface Expressions {
  whole: Node;
}

/** Reads the whole text by a rule, or throws a SyntaxError of this module. */
export function parse<R extends keyof Expressions>(text: string, options: { startRule: R; make: ExpressionMaker }): Expressions[R];

declare class PeggySyntaxError extends SyntaxError {
  /** What the rules would have taken; null where the grammar itself said what is wrong. */
  readonly expected: readonly unknown[] | null;
  readonly location: { readonly start: { readonly offset: number } };
}
export { PeggySyntaxError as SyntaxError };
