import { Memo, type MemoBounds } from '../memo.ts';
import type { Subject } from '../vocabulary/row.ts';
import type { Part, Problem } from './parts.ts';
import { type Word, wordOf } from './word.ts';

/** Names that documents go on using: some two thousand. */
const wordBounds: MemoBounds = { characters: 128 * 1024, longest: 64 };

/** Headers that documents go on using: some ten thousand. What is kept with one takes at worst a hundred times its text. */
const partBounds: MemoBounds = { characters: 1024 * 1024, longest: 256 };

/**
 * What the names and headers of documents turned out to be, within bounds. It makes reading faster and never different,
 * for what is kept depends on nothing but the text that it is kept by.
 */
export class Lexicon {
  readonly #words = new Memo<Word>(wordBounds);

  readonly #parts: Readonly<Record<Subject, Memo<Part | Problem>>> = {
    teller: new Memo(partBounds),
    asker: new Memo(partBounds),
  };

  /** A header's name in the mouth of one side, or of a document that says nothing about the one or the other. */
  word(written: string, speaker: Subject | undefined): Word {
    return this.#words.of(speaker ?? '', written, (name) => wordOf(name, speaker));
  }

  /** What headers of one side were read as, by their printed name and value. */
  partsOf(speaker: Subject): Memo<Part | Problem> {
    return this.#parts[speaker];
  }
}
