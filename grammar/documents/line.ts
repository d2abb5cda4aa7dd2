import type { Header } from '../document.ts';
import { ownCopy } from '../memo.ts';
import type { Fact } from '../values/fact.ts';
import { type FactOrText, isSaidByText } from '../values/fact-text.ts';
import type { Speaker, Subject } from '../vocabulary/row.ts';
import type { Need } from './model.ts';
import type { Name } from './name.ts';
import { type Part, type Problem, readPart } from './parts.ts';
import type { Size } from './size.ts';
import type { Word } from './word.ts';

/**
 * A clause, an amount or a term as one side says it, whatever else its document says. Of facts, which most are, who takes
 * them in need not look at the part, which has another shape for each kind.
 */
export class Phrase {
  readonly part: Part;
  /** In canonical text. */
  readonly header: Header;
  /** Whether the line had name and value in canonical text. */
  readonly isCanonical: boolean;
  readonly size: Size;
  /** There where it is one. */
  readonly fact: Fact | undefined;
  /** Of a fact: what a Tell has left of an amount. */
  readonly offer: Need | undefined;

  constructor(part: Part, header: Header, isCanonical: boolean) {
    const isFact = part.kind === 'fact';
    this.part = part;
    this.header = header;
    this.isCanonical = isCanonical;
    this.size = part.size;
    this.fact = isFact ? part.fact : undefined;
    this.offer = isFact ? part.offer : undefined;
  }
}

/**
 * A header as one line of text, without the line's end, and what was made of it. To others than readers it is a header and
 * nothing else.
 */
export class Line implements Header {
  readonly name: string;
  readonly value: string;
  readonly #known: Name;
  /** Of what a Tell says by it; nothing before somebody asked. */
  #told: FactOrText | undefined | null = null;
  #offer: Need | undefined;
  #values = 1;
  readonly #text: string;
  #teller: Phrase | Problem | undefined;
  #asker: Phrase | Problem | undefined;

  /** `text` is a line of this name and value. */
  constructor(known: Name, value: string, text: string) {
    this.name = known.written;
    this.value = value;
    this.#text = text;
    this.#known = known;
  }

  /** Empty where it is not kept. */
  get text(): string {
    return this.#text;
  }

  get known(): Name {
    return this.#known;
  }

  /** The fact that a Tell says by it, as its text alone where that says all; nothing where it says none, or says it otherwise than in canonical text. */
  get told(): FactOrText | undefined {
    return this.#told === null ? this.#tell() : this.#told;
  }

  /** Where there is a fact, what a Tell has left of an amount by it. */
  get offer(): Need | undefined {
    return this.#offer;
  }

  /** Where there is a fact, how many values it counts as. */
  get values(): number {
    return this.#values;
  }

  /** Its name in the mouth of one side, or of a document that says nothing about the one or the other. */
  word(speaker: Speaker | undefined): Word {
    return this.#known.word(speaker);
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

  /** Where `values` is not 0: it is known that a Tell says so many by it, and that its text says all of them. */
  tells(values: number): void {
    if (values === 0) return;
    this.#told = this.value;
    this.#values = values;
  }

  #tell(): FactOrText | undefined {
    this.#told = undefined;
    const phrase = this.value === '' ? undefined : this.phrase('teller');
    if (!(phrase instanceof Phrase) || !phrase.isCanonical || phrase.fact === undefined) return undefined;
    const { fact, offer } = phrase;
    this.#told = isSaidByText(fact) ? fact.text : fact;
    this.#offer = offer;
    this.#values = phrase.size.values;
    return this.#told;
  }

  #read(speaker: Subject): Phrase | Problem {
    const word = this.#known.word(speaker);
    // Nothing that may be kept is a view into a document, or it would hold on to all of it.
    const value = this.#text === '' ? ownCopy(this.value) : this.value;
    const part = readPart(word, speaker, value, this.#known.items);
    if ('problem' in part) return part;
    const header = { name: word.printed, value: part.text };
    return new Phrase(part, header, header.name === this.name && header.value === this.value);
  }
}
