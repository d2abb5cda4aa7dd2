/** How much a Memo holds. */
export interface MemoBounds {
  /** Characters of all texts together, each with `charactersBeside` for what is kept with it. */
  readonly characters: number;
  /** Characters of one text; what is longer is not kept. */
  readonly longest: number;
}

/** What is kept with a text counts as so many characters, beside the text itself. */
const charactersBeside = 32;

/** V8 takes a part of this length or more for a view into the whole, which it holds on to. */
const viewLength = 13;

type Generation<T> = Map<string, Map<string, T>>;

/**
 * What was worked out from texts, each under a name, within a bound. It has two generations: what is asked for again
 * moves to the young one, and when that has half of what may be kept, it becomes the old one, and what was in the old
 * one is forgotten.
 */
export class Memo<T extends object> {
  readonly #bounds: MemoBounds;
  #young: Generation<T> = new Map();
  #old: Generation<T> = new Map();
  /** Characters in the young generation. */
  #size = 0;

  constructor(bounds: MemoBounds) {
    this.#bounds = bounds;
  }

  /** What is kept of a text, or what `make` makes of it, which depends on name and text alone and is then kept. */
  of(name: string, text: string, make: (text: string) => T): T {
    const young = this.#young.get(name)?.get(text);
    if (young !== undefined) return young;
    if (name.length + text.length > this.#bounds.longest) return make(text);
    // Nothing that is kept may be a view into a document, or a short text would hold on to all of it.
    const own = ownCopy(text);
    const value = this.#old.get(name)?.get(text) ?? make(own);
    this.#keep(name, own, value);
    return value;
  }

  #keep(name: string, text: string, value: T): void {
    const size = name.length + text.length + charactersBeside;
    if (this.#size + size > this.#bounds.characters / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    const named = this.#young.get(name);
    if (named === undefined) this.#young.set(ownCopy(name), new Map([[text, value]]));
    else named.set(text, value);
    this.#size += size;
  }
}

/** The same text in memory of its own. */
export function ownCopy(text: string): string {
  return text.length < viewLength ? text : [text.slice(0, 1), text.slice(1)].join('');
}
