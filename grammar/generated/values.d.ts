// Generated from values.peggy. Do not edit.

/** What each rule returns. */
export interface Values {
  action: 'Tell' | 'Ask';
  address: { readonly host: string; readonly port: number };
  load: number;
  seconds: number;
}

/** Reads the whole text by a rule, or throws a SyntaxError of this module. */
export function parse<R extends keyof Values>(text: string, options: { startRule: R }): Values[R];

declare class PeggySyntaxError extends SyntaxError {
  /** What the rules would have taken; null where the grammar itself said what is wrong. */
  readonly expected: readonly unknown[] | null;
  readonly location: { readonly start: { readonly offset: number } };
}
export { PeggySyntaxError as SyntaxError };
