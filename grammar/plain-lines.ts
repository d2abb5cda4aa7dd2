import type { Bounds } from './bounds.ts';
import type { Header } from './document.ts';
import { nameEnd } from './name.ts';
import { isBlank } from './source.ts';

/** Headers, and where in the text each begins. */
interface Lines {
  readonly headers: Header[];
  readonly offsets: number[];
}

/**
 * The header that a line of a text is by itself, from `at` to before its end; nothing where it may be none, or part of
 * one. `before` is the header before it.
 */
export type HeaderOf = (
  text: string,
  at: number,
  end: number,
  before: Header | undefined,
) => Header | undefined;

/**
 * The short path of framing: text in which every line is a header by itself, as nearly all documents are. It says
 * nothing where it is not sure; a property test holds what it says equal to what the long path says.
 */
export function plainLines(text: string, bounds: Bounds, headerOf: HeaderOf): Lines | undefined {
  // Lists that grow are copied again and again; of these it is known how long they will be, or nearly so.
  const room = Math.min(linesIn(text), bounds.headers);
  const headers = new Array<Header>(room);
  const offsets = new Array<number>(room);
  let count = 0;
  // A character has three bytes at most for each unit.
  const mostUnits = bounds.headerBytes / 3;
  let header: Header | undefined;
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf('\n', at);
    const end = feed < 0 ? text.length : feed;
    if (end + 1 - at > mostUnits || count === bounds.headers) return undefined;
    header = headerOf(text, at, end, header);
    if (header === undefined) return undefined;
    headers[count] = header;
    offsets[count] = at;
    count += 1;
    at = end + 1;
  }
  return { headers, offsets };
}

function linesIn(text: string): number {
  let count = 0;
  for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', feed + 1)) count += 1;
  return text === '' || text.endsWith('\n') ? count : count + 1;
}

export function plainHeader(text: string, at: number, end: number): Header | undefined {
  const colon = nameEnd(text, at);
  if (colon < 0) return undefined;
  const value = plainValue(text, colon, end);
  return value === undefined ? undefined : { name: text.slice(at, colon), value };
}

/** The value in a line whose name ends with the colon at `colon`, under the same condition. */
export function plainValue(text: string, colon: number, end: number): string | undefined {
  const begin = colon + 1 < end && isBlank(text.charCodeAt(colon + 1)) ? colon + 2 : colon + 1;
  const isPlain = begin === end || (isInside(text, begin) && isInside(text, end - 1));
  return isPlain ? text.slice(begin, end) : undefined;
}

/** Whether a character may stand at an end of a value: no blank, and no CR. */
function isInside(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return !isBlank(code) && code !== 0x0d;
}
