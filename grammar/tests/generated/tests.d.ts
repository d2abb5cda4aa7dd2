// Generated from tests.peggy. Do not edit.
import type { TestMaker } from '../make.ts';
import type { Test } from '../test.ts';

/** What each rule returns. */
export interface Tests {
  whole: Test;
}

/** Reads the whole text by a rule, or throws a SyntaxError of this module. */
export function parse<R extends keyof Tests>(text: string, options: { startRule: R; make: TestMaker }): Tests[R];

declare class PeggySyntaxError extends SyntaxError {
  /** What the rules would have taken; null where the grammar itself said what is wrong. */
  readonly expected: readonly unknown[] | null;
  readonly location: { readonly start: { readonly offset: number } };
}
export { PeggySyntaxError as SyntaxError };
