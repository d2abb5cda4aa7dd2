import type { MemoBounds } from '../memo.ts';
import type { Line } from './line.ts';

/** What is kept with a line counts as so many characters, beside the line itself. */
const charactersBeside = 32;

/**
 * Lines that came before, within a bound. As a Memo does it forgets by generations: a line that comes again moves to the
 * young one, and when that has half of what may be kept, it becomes the old one, and what was in the old one is forgotten.
 */
export class LineMemo {
  readonly #bounds: MemoBounds;
  #young = new Map<string, Line>();
  #old = new Map<string, Line>();
  /** Characters in the young generation. */
  #size = 0;

  constructor(bounds: MemoBounds) {
    this.#bounds = bounds;
  }

  find(text: string): Line | undefined {
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const old = this.#old.get(text);
    if (old !== undefined) this.keep(old);
    return old;
  }

  takes(text: string): boolean {
    return text.length <= this.#bounds.longest;
  }

  /** Keeps a line whose text is in memory of its own. */
  keep(line: Line): void {
    const size = line.text.length + charactersBeside;
    if (this.#size + size > this.#bounds.characters / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    this.#young.set(line.text, line);
    this.#size += size;
  }
}
