import type { Position } from './diagnostics.ts';

/** The text of a document as it was sent. Positions are worked out from it only when something is to be said. */
export interface Source {
  readonly text: string;
  /** The number of its first line on the connection. */
  readonly line: number;
  /** Where in `text` each header begins, in the headers' order. */
  readonly offsets: readonly number[];
}

/** The line and column of an offset in the text. */
export function positionAt(source: Pick<Source, 'text' | 'line'>, offset: number): Position {
  const { text } = source;
  let line = source.line;
  let begin = 0;
  for (let feed = text.indexOf('\n'); feed >= 0 && feed < offset; feed = text.indexOf('\n', begin)) {
    line += 1;
    begin = feed + 1;
  }
  const column = Array.from(text.slice(begin, offset)).length + 1;
  return { line, column, source: text.slice(begin, lineEnd(text, begin)) };
}

/** The position of a character of a header's value, also where continuation lines make the value up. */
export function valuePosition(source: Source, header: number, index: number): Position {
  const offset = source.offsets[header] ?? 0;
  const colon = source.text.indexOf(':', offset);
  let before = 0;
  let at = colon + 1;
  for (const piece of valuePieces(source.text, colon + 1)) {
    at = piece.begin + index - before;
    if (at <= piece.end) break;
    before += piece.end - piece.begin + 1;
  }
  return positionAt(source, at);
}

/** The parts of a value, one a line, without the blanks around them. Where there are several, one blank joins them. */
export function* valuePieces(text: string, afterColon: number): Generator<{ begin: number; end: number }> {
  for (let at = afterColon; ; ) {
    const end = lineEnd(text, at);
    const piece = trimmed(text, at, end);
    if (piece.begin < piece.end) yield piece;
    do {
      const feed = text.indexOf('\n', at);
      if (feed < 0) return;
      at = feed + 1;
    } while (text[at] === '#');
    if (!isBlank(text.charCodeAt(at))) return;
  }
}

/** Where the line's text ends: before its LF or CRLF. */
export function lineEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  const end = feed < 0 ? text.length : feed;
  return end > from && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
}

/** The part without blanks at either end. (`String.trim` would take spaces away that are characters here.) */
export function trimmed(text: string, from: number, to: number): { begin: number; end: number } {
  let begin = from;
  let end = to;
  while (begin < end && isBlank(text.charCodeAt(begin))) begin += 1;
  while (end > begin && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return { begin, end };
}

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
