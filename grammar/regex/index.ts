import { Automaton } from './automaton.ts';
import { type RegexBounds, regexBounds } from './bounds.ts';
import { compileProgram, type Program } from './program.ts';
import { readRegex } from './read-regex.ts';
import { RegexFault, type RegexProblem } from './syntax.ts';

export type { RegexBounds } from './bounds.ts';
export type { RegexProblem } from './syntax.ts';

/** A regular expression in the syntax of RE2. A search costs time linear in the text, whatever the expression. */
export interface Regex {
  readonly source: string;
  readonly insensitive: boolean;
  /** Whether the expression is found anywhere in the text. */
  found(text: string): boolean;
}

/** Reads an expression, or says as the end of a sentence why it is none. */
export function compileRegex(
  source: string,
  insensitive: boolean,
  bounds: RegexBounds = regexBounds,
): Regex | RegexProblem {
  try {
    const program = compileProgram(readRegex(source, insensitive, bounds), bounds);
    return searching(source, insensitive, program, bounds);
  } catch (error) {
    if (!(error instanceof RegexFault)) throw error;
    return { problem: error.message, at: error.at };
  }
}

function searching(source: string, insensitive: boolean, program: Program, bounds: RegexBounds): Regex {
  // Made at the first search: most expressions of a market's documents wait long for it.
  let automaton: Automaton | undefined;
  return {
    source,
    insensitive,
    found(text) {
      automaton ??= new Automaton(program, bounds.states);
      return automaton.finds(text);
    },
  };
}
