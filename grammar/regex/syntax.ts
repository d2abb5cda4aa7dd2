import type { CharacterClass } from './character-class.ts';

/** What must hold between two characters. `lineStart` and `lineEnd` are `^` and `$` where the flag m stands. */
export type Assertion = 'start' | 'end' | 'lineStart' | 'lineEnd' | 'boundary' | 'notBoundary';

/**
 * An expression. Groups and whether a quantifier is greedy are not in it: neither decides whether a text holds a
 * match, and nothing else is asked.
 */
export type Syntax =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly of: CharacterClass }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly items: readonly Syntax[] }
  | { readonly kind: 'either'; readonly items: readonly Syntax[] }
  | { readonly kind: 'repeat'; readonly item: Syntax; readonly least: number; readonly most: number };

/** Why an expression is refused, as the end of a sentence, and where in it (in UTF-16 units from its beginning). */
export interface RegexProblem {
  readonly problem: string;
  readonly at: number;
}

/** Thrown while an expression is read, caught where it was handed in. */
export class RegexFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}
