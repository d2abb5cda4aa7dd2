import type { Line } from './line.ts';
import type { Name } from './name.ts';

/** How many lines are kept. */
export interface LineBounds {
  /** Lines at most: a power of two. */
  readonly lines: number;
  /** Characters of all of them together, each with `charactersBeside` for what is kept with it. */
  readonly characters: number;
  /** Characters of one line; a longer one is not kept. */
  readonly longest: number;
}

/** What is kept with a line counts as so many characters, beside the line itself. */
const charactersBeside = 32;

/** By so many characters at most lines of one name are told apart before they are compared. */
const charactersMixed = 16;

/**
 * Lines that came before, within a bound. One is found where it stands in a text, by a look at some of its characters:
 * that costs less than to take it out of the text and look it up. Two lines may stand in one place, where a third drives
 * out the one that was unused for longer; when all are too much together, all are forgotten.
 */
export class LineMemo {
  readonly #bounds: LineBounds;
  readonly #lines: (Line | undefined)[];
  #characters = 0;

  constructor(bounds: LineBounds) {
    this.#bounds = bounds;
    // Filled at once: who reads one document only would else spend most of its time on empty places.
    this.#lines = new Array<Line | undefined>(bounds.lines).fill(undefined);
  }

  /** The line under a name in a text, from `at` to before its end; nothing where it is not kept. */
  find(name: Name, text: string, at: number, end: number): Line | undefined {
    const place = this.#placeOf(name, text, at, end);
    const [first, second] = [this.#lines[place], this.#lines[place + 1]];
    if (first !== undefined && isIt(first, text, at, end)) return first;
    if (second === undefined || !isIt(second, text, at, end)) return undefined;
    this.#lines[place] = second;
    this.#lines[place + 1] = first;
    return second;
  }

  takes(characters: number): boolean {
    return characters <= this.#bounds.longest;
  }

  /** Keeps a line that is not among the others, whose text is in memory of its own. */
  keep(line: Line): void {
    const place = this.#placeOf(line.known, line.text, 0, line.text.length);
    const [first, second] = [this.#lines[place], this.#lines[place + 1]];
    this.#characters += sizeOf(line) - (second === undefined ? 0 : sizeOf(second));
    if (this.#characters > this.#bounds.characters) {
      this.#lines.fill(undefined);
      this.#characters = sizeOf(line);
    } else this.#lines[place + 1] = first;
    this.#lines[place] = line;
  }

  #placeOf({ written, seed }: Name, text: string, at: number, end: number): number {
    const begin = at + written.length + 1; // behind the colon
    const step = 1 + Math.floor((end - begin) / charactersMixed);
    let mixed = seed + end - at;
    for (let next = end - 1; next >= begin; next -= step) {
      mixed = (Math.imul(mixed, 31) + text.charCodeAt(next)) | 0;
    }
    return 2 * ((mixed ^ (mixed >>> 15)) & (this.#lines.length / 2 - 1));
  }
}

function isIt({ text: own }: Line, text: string, at: number, end: number): boolean {
  // A slice is a view, and compared by the word, where `startsWith` goes from character to character.
  return own.length === end - at && text.slice(at, end) === own;
}

function sizeOf({ text }: Line): number {
  return text.length + charactersBeside;
}
