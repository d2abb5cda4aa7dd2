import type { Header } from '../document.ts';
import type { Subject } from '../vocabulary/row.ts';
import type { Name } from './name.ts';
import { type Part, type Problem, readPart } from './parts.ts';
import type { Word } from './word.ts';

/** A clause, an amount or a term as one side says it, whatever else its document says. */
export interface Phrase {
  readonly part: Part;
  /** In canonical text. */
  readonly header: Header;
  /** Whether the line had name and value in canonical text. */
  readonly isCanonical: boolean;
}

/** A header as one line of text, without the line's end, and what was made of it. */
export class Line implements Header {
  readonly name: string;
  readonly value: string;
  /** Empty where it is not kept. */
  readonly text: string;
  readonly known: Name;
  #teller: Phrase | Problem | undefined;
  #asker: Phrase | Problem | undefined;

  /** `text` is a line of this name and value. */
  constructor(known: Name, value: string, text: string) {
    this.name = known.written;
    this.value = value;
    this.text = text;
    this.known = known;
  }

  /** Its name in the mouth of one side, or of a document that says nothing about the one or the other. */
  word(speaker: Subject | undefined): Word {
    return this.known.word(speaker);
  }

  /** What one side says by it to the other, or why it cannot. */
  phrase(speaker: Subject): Phrase | Problem {
    const known = speaker === 'teller' ? this.#teller : this.#asker;
    if (known !== undefined) return known;
    const phrase = this.#read(speaker);
    if (speaker === 'teller') this.#teller = phrase;
    else this.#asker = phrase;
    return phrase;
  }

  #read(speaker: Subject): Phrase | Problem {
    const word = this.known.word(speaker);
    const part = readPart(word, speaker, this.value);
    if ('problem' in part) return part;
    const header = { name: word.printed, value: part.text };
    return { part, header, isCanonical: header.name === this.name && header.value === this.value };
  }
}
