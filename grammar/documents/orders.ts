import type { Entry } from './order.ts';
import type { Word } from './word.ts';

/** Of documents with more headers nothing is kept. */
const mostHeaders = 128;

/** The names of a document, all of which may stand in it, each once; and their places in canonical order. */
interface Order {
  readonly words: readonly Word[];
  readonly places: readonly number[];
}

/**
 * In which order documents had their headers, the last for each number of headers. Documents of one kind have the same
 * names in the same order, and what is decided by names alone need not be decided for each.
 */
export class Orders {
  readonly #known = new Map<number, Order>();

  /** Where the headers with these names stand in canonical order; nothing where that is not known. */
  of(words: readonly Word[]): readonly number[] | undefined {
    const order = this.#known.get(words.length);
    if (order === undefined) return undefined;
    for (let index = 0; index < words.length; index += 1) {
      if (words[index] !== order.words[index]) return undefined;
    }
    return order.places;
  }

  /** Keeps the order of names none of which was refused, or repeats another. */
  keep(words: readonly Word[], entries: readonly Entry[]): void {
    if (words.length > mostHeaders) return;
    this.#known.set(words.length, { words, places: entries.map(({ index }) => index) });
  }
}
