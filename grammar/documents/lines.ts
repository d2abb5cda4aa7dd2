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

/** Where a header stood among those that were sent, and whether its name and value are printed as they were. */
interface Sent {
  readonly index: number;
  readonly isAsSent: boolean;
}

/**
 * The same of headers that were sent as text: lines that are printed as they were sent are taken from there, as many at
 * once as stand together. Where that is all of it, it is the text, and not in memory twice.
 */
export function linesOfSent(
  { text, offsets }: Source,
  headers: readonly Header[],
  sent: readonly Sent[],
): string {
  const pieces: string[] = [];
  let [begin, end] = [0, 0];
  for (let place = 0; place < headers.length; place += 1) {
    const header = headers[place] as Header;
    const { index, isAsSent } = sent[place] as Sent;
    const from = offsets[index] as number;
    const to = offsets[index + 1] ?? text.length;
    const isTaken = isAsSent && isLaidOut(text, from, to, header);
    if (isTaken && from === end) end = to;
    else {
      if (begin < end) pieces.push(text.slice(begin, end));
      if (!isTaken) pieces.push(lineOf(header));
      begin = isTaken ? from : 0;
      end = isTaken ? to : 0;
    }
  }
  if (end - begin === text.length) return text;
  if (begin < end) pieces.push(text.slice(begin, end));
  // A view would hold on to what was left out of it.
  return pieces.length === 1 ? ownCopy(pieces.join('')) : pieces.join('');
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
