/** Messages that follow each other, with the number of the first. */
interface Numbered {
  readonly from: number;
  /** Each in JSON. */
  readonly messages: readonly string[];
}

/**
 * Messages to the other side of a session, numbered from 1, each kept until that side says that it has it. A connection
 * takes them in order; the next one begins where the other side says that it is.
 */
export class Outgoing {
  #kept: string[] = [];
  #first = 1; // the number of the first that is kept
  #next = 1; // the number of the next that a connection takes

  /** Those that the other side has not said that it has (a count). */
  get size(): number {
    return this.#kept.length;
  }

  /** Whether there is one that the connection has not taken. */
  get isWaiting(): boolean {
    return this.#next < this.#first + this.#kept.length;
  }

  add(message: string): void {
    this.#kept.push(message);
  }

  /** The other side has all up to this number. Returns false where it cannot: that was never taken. */
  acknowledge(number: number): boolean {
    if (number >= this.#next) return false;
    const had = number - this.#first + 1;
    if (had > 0) {
      this.#kept.splice(0, had);
      this.#first += had;
    }
    return true;
  }

  /** Another connection begins, and the other side has all up to this number. Returns false where it cannot. */
  resume(number: number): boolean {
    if (number < this.#first - 1 || !this.acknowledge(number)) return false;
    this.#next = this.#first;
    return true;
  }

  /** The next for a frame: so many at most, and no more characters than that unless it is one. */
  take(most: number, mostCharacters: number): Numbered {
    const from = this.#next;
    const begin = from - this.#first;
    let end = begin;
    let size = 0;
    while (end < this.#kept.length && end - begin < most) {
      size += this.#kept[end]!.length;
      if (size > mostCharacters && end > begin) break;
      end += 1;
    }
    this.#next += end - begin;
    return { from, messages: this.#kept.slice(begin, end) };
  }
}
