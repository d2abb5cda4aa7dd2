/** What is wrong with a file of a sweep, and where. */
export interface SweepFault {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** The line as it was written. */
  readonly source: string;
}

/** Thrown where a file of a sweep cannot be read; it names some of its faults, the first ones. */
export class SweepError extends Error {
  readonly faults: readonly SweepFault[];

  constructor(faults: readonly SweepFault[]) {
    super(faults.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`).join('\n'));
    this.faults = faults;
  }
}

/** Characters of a line that are shown, and how many of them before the spot. */
const shownCharacters = 100;
const shownBefore = 60;

/** The faults for a terminal: each with its line, and a caret under the spot. */
export function annotatedFaults({ faults }: SweepError): string {
  return faults.map(annotated).join('\n');
}

function annotated({ message, line, column, source }: SweepFault): string {
  const characters = Array.from(source, visible);
  const from = Math.max(0, column - 1 - shownBefore);
  const shown = characters.slice(from, from + shownCharacters).join('');
  const under = characters.slice(from, column - 1).map((character) => (character === '\t' ? '\t' : ' '));
  const margin = String(line);
  return `line ${line}, column ${column}: ${message}\n ${margin} | ${shown}\n ${' '.repeat(margin.length)} | ${under.join('')}^`;
}

/** What a terminal would take for something else. */
function visible(character: string): string {
  return character !== '\t' && /\p{Cc}|\p{Cf}/u.test(character) ? '?' : character;
}

/** Something wrong at a place of a line: the offset counts as `string` does. */
export class Misplaced extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

export function faultOf({ message, at }: Misplaced, source: string, line: number): SweepFault {
  return { message, line, column: Array.from(source.slice(0, at)).length + 1, source };
}
