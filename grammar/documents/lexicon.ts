import type { Header } from '../document.ts';
import { Memo, type MemoBounds, ownCopy } from '../memo.ts';
import { plainHeader, plainValue } from '../plain-lines.ts';
import { Line } from './line.ts';
import { LineMemo } from './line-memo.ts';
import { Name } from './name.ts';
import { Orders } from './orders.ts';
import { RecentLines } from './recent-lines.ts';

/** Names that documents go on using: some two thousand. */
const nameBounds: MemoBounds = { characters: 128 * 1024, longest: 64 };

/** Lines that documents go on using: some ten thousand. What is kept with one takes at worst a hundred times its text. */
const lineBounds: MemoBounds = { characters: 1024 * 1024, longest: 256 };

/**
 * What the names and lines of documents turned out to be, within bounds. It makes reading faster and never different,
 * for what is kept depends on nothing but the text that it is kept by. Documents share what is kept.
 */
export class Lexicon {
  readonly #names = new Memo<Name>(nameBounds);
  readonly #lines = new LineMemo(lineBounds);
  readonly #recent = new RecentLines();
  readonly orders = new Orders();
  /** Of documents that are read again, which is trusted to be allowed. */
  readonly ordersAgain = new Orders();

  /** The header that a line of a text is by itself, from `at` to before its end; nothing where it may be none. */
  line(text: string, at: number, end: number, before: Header | undefined): Line | undefined {
    const guess = before instanceof Line ? before.known.next : undefined;
    const line = this.#guessed(text, at, end, guess) ?? this.#line(text, at, end);
    if (before instanceof Line && line !== undefined && line.known !== guess) before.known.next = line.known;
    return line;
  }

  /** A header that was sent in another way, as if it were a line of text. */
  lineOf(header: Header): Line {
    if (header instanceof Line) return header;
    const text = `${header.name}: ${header.value}`;
    return this.#found(text) ?? this.#newLine(text, header, this.#name(header.name));
  }

  /** A line under the name that is likely to come, where it is one of those that came last, or is sure to be another. */
  #guessed(text: string, at: number, end: number, guess: Name | undefined): Line | undefined {
    if (guess === undefined) return undefined;
    const recent = this.#recent.find(guess, text, at, end);
    if (recent !== undefined) {
      guess.found();
      return recent;
    }
    const { written } = guess;
    if (!guess.isPassing) return undefined;
    const colonAt = at + written.length;
    if (text.charCodeAt(colonAt) !== colon || !text.startsWith(written, at)) return undefined;
    const value = plainValue(text, colonAt, end);
    if (value === undefined) return undefined;
    guess.passed();
    return new Line(guess, value, '');
  }

  #line(text: string, at: number, end: number): Line | undefined {
    const own = text.slice(at, end);
    const known = this.#found(own);
    if (known !== undefined) return known;
    const header = plainHeader(text, at, end);
    return header && this.#newLine(own, header, this.#name(header.name));
  }

  #name(written: string): Name {
    return this.#names.of('', written, (own) => new Name(own));
  }

  #found(text: string): Line | undefined {
    const line = this.#lines.find(text);
    if (line === undefined) return undefined;
    line.known.found();
    this.#recent.note(line);
    return line;
  }

  #newLine(text: string, { value }: Header, name: Name): Line {
    if (!this.#lines.takes(text) || name.isPassing) {
      name.passed();
      return new Line(name, value, '');
    }
    // Nothing that is kept may be a view into a document, or a short text would hold on to all of it.
    const own = ownCopy(text);
    const line = new Line(name, own.slice(own.length - value.length), own);
    this.#lines.keep(line);
    this.#recent.note(line);
    name.kept();
    return line;
  }
}

const colon = 0x3a;
