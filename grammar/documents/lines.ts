import type { Header } from '../document.ts';
import { ownCopy } from '../memo.ts';
import type { Source } from '../source.ts';

/** Headers as text, a line each. */
export function linesOf(headers: readonly Header[]): string {
  // Joined and not added up: a text made by adding is flattened by whoever reads it first.
  return headers.map(lineOf).join('');
}

export function lineOf({ name, value }: Header): string {
  return value === '' ? `${name}:\n` : `${name}: ${value}\n`;
}

/**
 * The same of headers that were sent as text, one after another: lines that are printed as they were sent are taken from
 * there, as many at once as stand together. Where that is all of it, it is the text, and not in memory twice.
 */
export class SentLines {
  readonly #text: string;
  readonly #offsets: readonly number[];
  readonly #pieces: string[] = [];
  /** What is to be taken next. */
  #begin = 0;
  #end = 0;

  constructor({ text, offsets }: Source) {
    this.#text = text;
    this.#offsets = offsets;
  }

  /** Adds a header by where it stood among those that were sent, and whether its name and value are printed as they were. */
  add(header: Header, index: number, isAsSent: boolean): void {
    const from = this.#offsets[index] as number;
    const to = this.#offsets[index + 1] ?? this.#text.length;
    const isTaken = isAsSent && isLaidOut(this.#text, from, to, header);
    if (isTaken && from === this.#end) {
      this.#end = to;
      return;
    }
    this.#take();
    if (!isTaken) this.#pieces.push(lineOf(header));
    this.#begin = isTaken ? from : 0;
    this.#end = isTaken ? to : 0;
  }

  #take(): void {
    if (this.#begin < this.#end) this.#pieces.push(this.#text.slice(this.#begin, this.#end));
  }

  /** The lines of all that were added. */
  finish(): string {
    if (this.#end - this.#begin === this.#text.length) return this.#text;
    this.#take();
    const text = this.#pieces.join('');
    // A view would hold on to what was left out of it.
    return this.#pieces.length === 1 ? ownCopy(text) : text;
  }
}

/** Whether the header that was sent at `index` is printed as it stands in the text. */
export function isSentAsPrinted(header: Header, index: number, { text, offsets }: Source): boolean {
  return isLaidOut(text, offsets[index] as number, offsets[index + 1] ?? text.length, header);
}

/** Whether a header of this name and value is one line, as it is printed. */
function isLaidOut(text: string, from: number, to: number, { name, value }: Header): boolean {
  // A value has no blanks around it: what is left beside it are the colon, the line's end and at most one blank.
  const size = value === '' ? 2 : value.length + 3;
  if (to - from !== name.length + size || text.charCodeAt(to - 1) !== lineFeed) return false;
  return value === '' || text.charCodeAt(from + name.length + 1) === blank;
}

const lineFeed = 0x0a;
const blank = 0x20;
