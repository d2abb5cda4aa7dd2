import { type Bounds, defaultBounds } from './bounds.ts';
import { hasControl } from './frame.ts';
import { ownCopy } from './memo.ts';
import { isBlank, type Source } from './source.ts';
import { moreBytes } from './utf8.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const hash = 0x23;
const byteOrderMark = 0xfeff;

/** One document of a text that holds several. */
export class Passage {
  readonly #lines: LineCount;
  readonly #from: number;
  readonly #to: number;
  #text: string | undefined;

  constructor(lines: LineCount, from: number, to: number) {
    this.#lines = lines;
    this.#from = from;
    this.#to = to;
  }

  /** Its lines, in memory of their own, so that who keeps them does not keep all the others. */
  get text(): string {
    this.#text ??= ownCopy(this.#lines.text.slice(this.#from, this.#to));
    return this.#text;
  }

  /** Characters of it. */
  get length(): number {
    return this.#to - this.#from;
  }

  /** The number of its first line in the whole text; to be asked of passages in their order. */
  get line(): number {
    return this.#lines.at(this.#from);
  }

  /** Where what was made of its text alone stands in the whole text. */
  source({ text, offsets }: Source): Source {
    return new PassageSource(text, offsets, this);
  }
}

class PassageSource implements Source {
  readonly text: string;
  readonly offsets: readonly number[];
  readonly #passage: Passage;

  constructor(text: string, offsets: readonly number[], passage: Passage) {
    this.text = text;
    this.offsets = offsets;
    this.#passage = passage;
  }

  get line(): number {
    return this.#passage.line;
  }
}

/** Counts the lines of a text from its beginning on, and only those that somebody asks for. */
class LineCount {
  readonly text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.text = text;
  }

  at(offset: number): number {
    for (let feed = this.text.indexOf('\n', this.#at); feed >= 0 && feed < offset; ) {
      this.#line += 1;
      this.#at = feed + 1;
      feed = this.text.indexOf('\n', this.#at);
    }
    return this.#line;
  }
}

/**
 * The documents of a text, which blank lines divide, as those on a connection are divided; of more than `most` only so many
 * and one. Comments that stand by themselves are none.
 */
export function divided(text: string, most: number, bounds: Bounds = defaultBounds): Passage[] {
  const lines = new LineCount(text);
  const passages: Passage[] = [];
  let from = afterBlankLines(text, text.charCodeAt(0) === byteOrderMark ? 1 : 0);
  while (from < text.length && passages.length <= most) {
    const to = endOfPassage(text, from);
    if (text.charCodeAt(from) !== hash || !isComment(text.slice(from, to), bounds))
      passages.push(new Passage(lines, from, to));
    from = afterBlankLines(text, to);
  }
  return passages;
}

function afterBlankLines(text: string, from: number): number {
  let at = from;
  for (let next = afterBlankLine(text, at); next !== undefined && at < text.length; ) {
    at = next;
    next = afterBlankLine(text, at);
  }
  return at;
}

/** Where the line ends that begins here, if it is blank; one may end without a line feed where the text does. */
function afterBlankLine(text: string, from: number): number | undefined {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at += 1;
  if (text.charCodeAt(at) === carriageReturn) at += 1;
  if (at === text.length) return at;
  return text.charCodeAt(at) === lineFeed ? at + 1 : undefined;
}

function endOfPassage(text: string, from: number): number {
  const perhapsBlank = /\n[ \t\r\n]/g; // a line's end, and what may begin a blank line
  perhapsBlank.lastIndex = from;
  while (perhapsBlank.test(text)) {
    const next = perhapsBlank.lastIndex - 1;
    if (afterBlankLine(text, next) !== undefined) return next;
    perhapsBlank.lastIndex = next;
  }
  return text.length;
}

/** Whether lines are nothing but a comment, and one that may stand. */
function isComment(text: string, bounds: Bounds): boolean {
  for (let at = 0; at < text.length; ) {
    if (text.charCodeAt(at) !== hash) return false;
    const feed = text.indexOf('\n', at);
    at = feed < 0 ? text.length : feed + 1;
  }
  return !hasControl(text) && !moreBytes(text, 0, text.length, bounds.documentBytes);
}
