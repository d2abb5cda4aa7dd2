/** What one expression may hold, so that it is read, printed and evaluated in a time that nobody notices. */
export interface ExpressionBounds {
  /** How deep brackets, `not`, unary minus and `??` may nest. */
  readonly nesting: number;
  /** Values, names, operators, functions, lists and brackets. */
  readonly parts: number;
  /** `in` and `has`, each of which may compare two sets of thousands. */
  readonly memberships: number;
}

export const expressionBounds: ExpressionBounds = { nesting: 64, parts: 1024, memberships: 16 };
