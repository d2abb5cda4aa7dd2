import type { Line } from './line.ts';
import type { Name } from './name.ts';

/** How many there are: a power of two. */
const slots = 2048;

/**
 * Lines that came of late, of those that are kept, found by a look at a few of their characters: of names with a few
 * values nearly every line is among them, and a look costs less than to take the line out of its text and look it up.
 */
export class RecentLines {
  readonly #lines: (Line | undefined)[] = Array.from({ length: slots }, () => undefined);

  /** The line under a name in a text, from `at` to before its end; nothing where it is not among them. */
  find(name: Name, text: string, at: number, end: number): Line | undefined {
    const line = this.#lines[slotOf(name, text, at, end)];
    return line !== undefined && line.text.length === end - at && text.startsWith(line.text, at)
      ? line
      : undefined;
  }

  /** Puts a line that is kept in place of another. */
  note(line: Line): void {
    this.#lines[slotOf(line.known, line.text, 0, line.text.length)] = line;
  }
}

/** Values of one name differ in their length, their beginning or their end. */
function slotOf({ written, seed }: Name, text: string, at: number, end: number): number {
  const begin = at + written.length + 2; // behind the colon and a blank
  const first = begin < end ? text.charCodeAt(begin) : 0;
  const second = begin + 1 < end ? text.charCodeAt(begin + 1) : 0;
  const mixed = seed + 31 * first + 17 * second + 7 * text.charCodeAt(end - 1) + 3 * (end - at);
  return mixed & (slots - 1);
}
