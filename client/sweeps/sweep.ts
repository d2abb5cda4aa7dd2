import { filledWord, type Word } from './words.ts';

/** Many tasks of one program: what each is given, and what it takes and leaves. */
export interface Sweep {
  /** What the parameters are called. */
  readonly names: readonly string[];
  /** The parameters of each task, one after the other: made as they are read, for there may be very many. */
  rows(): Iterable<readonly string[]> | AsyncIterable<readonly string[]>;
  /** The program and its arguments; nothing where the file says none. */
  readonly command: readonly Word[] | undefined;
  /** Files that all tasks take. */
  readonly inputs: readonly string[];
  /** Files of which each task takes its own. */
  readonly ownInputs: readonly Word[];
  /** What comes back; nothing where the file does not say. */
  readonly outputs: readonly Word[] | undefined;
}

/** What of a job request says the same for all tasks. */
export interface SweepJob {
  readonly arguments: readonly string[];
  readonly outputs: readonly string[] | undefined;
  readonly parameters: readonly string[];
  /** What stands in each row behind the parameters: texts that would else be taken for places to fill. */
  readonly constants: readonly string[];
}

/** By this name the number of a task stands in words, unless a parameter is called so. */
export const taskNumber = 'task';

/** What a broker fills in. */
const places = /\{(?:task|[1-9][0-9]*)\}/g;

/** The words behind the application as a job request has them, in which parameters stand by their places. */
export function jobOfSweep(
  { names, outputs }: Pick<Sweep, 'names' | 'outputs'>,
  words: readonly Word[],
): SweepJob {
  const constants: string[] = [];
  const constantAt = (text: string) => {
    const known = constants.indexOf(text);
    return `{${names.length + (known < 0 ? constants.push(text) : known + 1)}}`;
  };
  const placed = (word: Word) =>
    word.pieces
      .map((piece) => {
        if ('text' in piece) return piece.text.replaceAll(places, constantAt);
        const index = names.indexOf(piece.name);
        return index < 0 ? '{task}' : `{${index + 1}}`;
      })
      .join('');
  return {
    arguments: words.map(placed),
    outputs: outputs?.map(placed),
    parameters: names,
    constants,
  };
}

/** The value of a parameter in a row; of the number of the task where none is called so. */
export function valueIn(names: readonly string[], row: readonly string[], number: number) {
  return (name: string): string => {
    const index = names.indexOf(name);
    return index < 0 ? String(number) : (row[index] ?? '');
  };
}

/** The paths of the files that a task takes of its own, each once. */
export function ownPaths(
  { names, ownInputs }: Pick<Sweep, 'names' | 'ownInputs'>,
  row: readonly string[],
  number: number,
): string[] {
  return [...new Set(ownInputs.map((word) => filledWord(word, valueIn(names, row, number))))];
}
