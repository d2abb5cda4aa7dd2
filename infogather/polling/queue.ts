/** An address that waits, and the moment from which it does. */
export interface Waiting {
  readonly address: string;
  readonly since: number;
}

interface Link extends Waiting {
  before: Link | undefined;
  after: Link | undefined;
}

/**
 * Addresses in the order in which they came, each once; taking the first or removing any costs the same however many
 * there are. (A Map keeps that order too, but finding its first key passes all that were deleted before it.)
 */
export class Queue {
  readonly #links = new Map<string, Link>();
  #first: Link | undefined;
  #last: Link | undefined;

  get size(): number {
    return this.#links.size;
  }

  get first(): Waiting | undefined {
    return this.#first;
  }

  has(address: string): boolean {
    return this.#links.has(address);
  }

  /** Puts an address that is not in it last. */
  push(address: string, since: number): void {
    const link: Link = { address, since, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.after = link;
    this.#last = link;
    this.#links.set(address, link);
  }

  remove(address: string): void {
    const link = this.#links.get(address);
    if (link === undefined) return;
    this.#links.delete(address);
    const { before, after } = link;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
  }
}
