import type { Header } from '../document.ts';
import type { Source } from '../source.ts';

/** Headers as text, a line each. */
export function linesOf(headers: readonly Header[]): string {
  // Joined and not added up: a text made by adding is flattened by whoever reads it first.
  return headers.map(lineOf).join('');
}

export function lineOf({ name, value }: Header): string {
  return value === '' ? `${name}:\n` : `${name}: ${value}\n`;
}

/** Whether the text as sent is these headers, a line each: then it need not be made, nor be in memory twice. */
export function isAsSent(
  { text, offsets }: Source,
  sent: readonly Header[],
  headers: readonly Header[],
): boolean {
  if (sent.length !== headers.length || offsets[0] !== 0) return false;
  for (let index = 0; index < headers.length; index += 1) {
    const { name, value } = headers[index] as Header;
    const { name: sentName, value: sentValue } = sent[index] as Header;
    if (name !== sentName || value !== sentValue) return false;
    const begin = offsets[index] as number;
    const end = offsets[index + 1] ?? text.length;
    const colon = begin + name.length;
    // A value has no blanks around it: what is left beside it are the colon, the line's end and at most one blank.
    const size = value === '' ? 2 : value.length + 3;
    if (end - colon !== size || text.charCodeAt(end - 1) !== lineFeed) return false;
    if (value !== '' && text.charCodeAt(colon + 1) !== blank) return false;
  }
  return true;
}

const lineFeed = 0x0a;
const blank = 0x20;
