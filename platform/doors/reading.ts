/** How long is read at a stretch, in milliseconds. */
const longestMs = 8;

/**
 * What is read in one turn of the event loop, of all connections that share it: when it was long, the loop goes round, and
 * those that were not read yet come next, a step of each in its turn. Where little comes, all is read at once.
 */
export class Reading {
  #spentMs = 0;
  /** Those that come next, in order. */
  #waiting: (() => void)[] = [];
  /** Whether the loop is to go round. */
  #isCounting = false;

  /** Whether something more may be read in this turn: else whoever has it waits as well. */
  get hasTime(): boolean {
    return this.#waiting.length === 0 && !this.#isOver;
  }

  get #isOver(): boolean {
    return this.#spentMs >= longestMs;
  }

  /** Reads something; what throws counts too. */
  read<T>(work: () => T): T {
    const startedAt = performance.now();
    try {
      return work();
    } finally {
      this.#spentMs += performance.now() - startedAt;
      this.#count();
    }
  }

  /** Has a step done when its turn has come, after those that wait already: when the loop has gone round, or later. */
  whenTime(step: () => void): void {
    this.#waiting.push(step);
    this.#count();
  }

  /** Reads something at once, or when its turn has come. */
  readInTurn(work: () => void): void {
    if (this.hasTime) this.read(work);
    else this.whenTime(() => this.read(work));
  }

  #count(): void {
    if (this.#isCounting) return;
    this.#isCounting = true;
    setImmediate(() => {
      this.#isCounting = false;
      this.#spentMs = 0;
      this.#goOn();
    });
  }

  /** Those that come to wait meanwhile are behind the others, and so is whoever had a step and has more. */
  #goOn(): void {
    while (!this.#isOver) {
      const step = this.#waiting.shift();
      if (step === undefined) return;
      step();
    }
    if (this.#waiting.length > 0) this.#count();
  }
}
