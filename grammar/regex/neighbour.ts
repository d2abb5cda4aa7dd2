import type { Assertion } from './syntax.ts';

/** Stands for the character after the last, and the one before the first. */
export const nothing = -1;

/** What stands on one side of a place in a text. */
export type Neighbour = 0 | 1 | 2 | 3;
export const edge = 0;
const newline = 1;
const word = 2;
const other = 3;

/** One more than the highest. */
export const neighbours = 4;

export function neighbour(code: number): Neighbour {
  if (code === nothing) return edge;
  if (code === 0x0a) return newline;
  const letter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  return letter || (code >= 0x30 && code <= 0x39) || code === 0x5f ? word : other;
}

export function holds(said: Assertion, before: number, after: number): boolean {
  switch (said) {
    case 'start':
      return before === edge;
    case 'end':
      return after === edge;
    case 'lineStart':
      return before === edge || before === newline;
    case 'lineEnd':
      return after === edge || after === newline;
    case 'boundary':
      return (before === word) !== (after === word);
    case 'notBoundary':
      return (before === word) === (after === word);
  }
}
