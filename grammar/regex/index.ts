import { Automaton } from './automaton.ts';
import { type RegexBounds, regexBounds } from './bounds.ts';
import { type Compiled, compileProgram } from './program.ts';
import { readRegex } from './read-regex.ts';
import { RegexFault, type RegexProblem } from './syntax.ts';

export type { RegexBounds } from './bounds.ts';
export type { RegexProblem } from './syntax.ts';

/** A regular expression in the syntax of RE2. A search costs time linear in the text, whatever the expression. */
export interface Regex {
  readonly source: string;
  readonly insensitive: boolean;
  /** How large it is, written out without its repetitions. */
  readonly steps: number;
  /** Whether the expression is found anywhere in the text. */
  found(text: string): boolean;
}

/**
 * Reads an expression, or says as the end of a sentence why it is none. `spent` are the steps of the other expressions
 * beside it, for the bound is on all together.
 */
export function compileRegex(
  source: string,
  insensitive: boolean,
  spent = 0,
  bounds: RegexBounds = regexBounds,
): Regex | RegexProblem {
  try {
    const compiled = compileProgram(readRegex(source, insensitive, bounds), bounds, spent);
    return searching(source, insensitive, compiled, bounds);
  } catch (error) {
    if (!(error instanceof RegexFault)) throw error;
    return { problem: error.message, at: error.at };
  }
}

function searching(source: string, insensitive: boolean, compiled: Compiled, bounds: RegexBounds): Regex {
  const { program, steps } = compiled;
  // Made at the first search: most expressions of a market's documents wait long for it.
  let automaton: Automaton | undefined;
  return {
    source,
    insensitive,
    steps,
    found(text) {
      automaton ??= new Automaton(program, bounds.states);
      return automaton.finds(text);
    },
  };
}
