import type { Truth } from '../values/value.ts';

/** A truth value as a byte; 0 stands for one that is not known yet. */
export type Code = 1 | 2 | 3;
export const isTrue = 1;
export const isFalse = 2;
export const isUnknown = 3;

export function codeOf(truth: Truth): Code {
  if (truth === undefined) return isUnknown;
  return truth ? isTrue : isFalse;
}

/** FALSE decides. */
export function both(a: Code, b: Code): Code {
  if (a === isFalse || b === isFalse) return isFalse;
  return a === isTrue ? b : a;
}
