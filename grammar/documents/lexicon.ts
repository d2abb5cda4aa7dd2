import type { Header } from '../document.ts';
import { Memo, type MemoBounds, ownCopy } from '../memo.ts';
import { nameEnd } from '../name.ts';
import { plainValue } from '../plain-lines.ts';
import type { Items } from '../tests/read.ts';
import { Line } from './line.ts';
import { type LineBounds, LineMemo } from './line-memo.ts';
import { Name } from './name.ts';
import { Orders } from './orders.ts';
import { Trails } from './trails.ts';

/** Names that documents go on using: some two thousand. */
const nameBounds: MemoBounds = { characters: 128 * 1024, longest: 64 };

/** Members of lists in tests that documents go on using: some two thousand. */
const itemBounds: MemoBounds = { characters: 128 * 1024, longest: 64 };

/**
 * Lines that documents go on using. More would lie in memory that no cache holds, where a line is found no sooner than it is
 * read. What is kept with one takes at worst a hundred times its text.
 */
const lineBounds: LineBounds = { lines: 2048, characters: 256 * 1024, longest: 256 };

/** Names for which it is kept what followed them: a power of two. */
const mostFollowed = 1024;

/**
 * What the names and lines of documents turned out to be, within bounds. It makes reading faster and never different,
 * for what is kept depends on nothing but the text that it is kept by. Documents share what is kept.
 */
export class Lexicon {
  readonly #names = new Memo<Name>(nameBounds);
  readonly #items: Items = new Memo(itemBounds);
  readonly #newName = (written: string) => new Name(written, this.#items);
  readonly #lines = new LineMemo(lineBounds);
  /**
   * By name what last followed it: documents of one kind have their headers in one order. It is a guess, since several names
   * may have one place, and is not kept with the name, or a name would hold on to all that came after it, one behind
   * the other.
   */
  readonly #following = new Array<Name | undefined>(mostFollowed).fill(undefined);
  readonly orders = new Orders();
  /** Of documents that are read again, which is trusted to be allowed. */
  readonly ordersAgain = new Orders();
  readonly trails = new Trails();
  readonly trailsAgain = new Trails();

  /** The header that a line of a text is by itself, from `at` to before its end; nothing where it may be none. */
  line(text: string, at: number, end: number, before: Header | undefined): Line | undefined {
    const place = before instanceof Line ? before.known.seed & (mostFollowed - 1) : -1;
    const guess = place < 0 ? undefined : this.#following[place];
    if (guess !== undefined) {
      const kept = this.#found(guess, text, at, end);
      if (kept !== undefined) return kept;
      if (isUnder(guess, text, at)) return this.#new(guess, text, at, end);
    }
    const colonAt = nameEnd(text, at);
    if (colonAt < 0) return undefined;
    const name = this.#name(text.slice(at, colonAt));
    if (place >= 0) this.#following[place] = name;
    return this.#found(name, text, at, end) ?? this.#new(name, text, at, end);
  }

  /** The same of all headers of a document. */
  linesOf(headers: readonly Header[]): readonly Line[] {
    return areLines(headers) ? headers : headers.map((header) => this.lineOf(header));
  }

  /** A header that was sent in another way, as if it were a line of text. */
  lineOf(header: Header): Line {
    if (header instanceof Line) return header;
    const { name, value } = header;
    const known = this.#name(name);
    const text = `${name}: ${value}`;
    const line = this.#found(known, text, 0, text.length) ?? this.#new(known, text, 0, text.length);
    return line ?? new Line(known, value, '');
  }

  #name(written: string): Name {
    return this.#names.of('', written, this.#newName);
  }

  #found(name: Name, text: string, at: number, end: number): Line | undefined {
    if (name.isPassing) return undefined;
    const line = this.#lines.find(name, text, at, end);
    if (line !== undefined) name.found();
    return line;
  }

  /** A line under a name that is not kept yet. */
  #new(name: Name, text: string, at: number, end: number): Line | undefined {
    const value = plainValue(text, at + name.written.length, end);
    if (value === undefined) return undefined;
    if (name.isPassing || !this.#lines.takes(end - at)) {
      name.passed();
      return new Line(name, value, '');
    }
    // Nothing that is kept may be a view into a document, or a short text would hold on to all of it.
    const own = ownCopy(text.slice(at, end));
    const line = new Line(name, own.slice(own.length - value.length), own);
    this.#lines.keep(line);
    name.kept();
    return line;
  }
}

function areLines(headers: readonly Header[]): headers is readonly Line[] {
  for (const header of headers) if (!(header instanceof Line)) return false;
  return true;
}

/** Whether the header that begins at `at` has this name. */
function isUnder({ written }: Name, text: string, at: number): boolean {
  const end = at + written.length;
  return text.charCodeAt(end) === colon && text.slice(at, end) === written;
}

const colon = 0x3a;
