/** Commands that were begun and are not in memory yet: a question waits for those that were begun before it. */
export class UnderWay {
  #settled: Promise<void> = Promise.resolve();
  #count = 0;

  /** Begins a command; it has begun when this returns. */
  begin<T>(command: () => Promise<T>): Promise<T> {
    this.#count += 1;
    const done = command().finally(() => {
      this.#count -= 1;
    });
    // Without its result, or each would hold on to all that were before it.
    this.#settled = Promise.allSettled([this.#settled, done]).then(() => {});
    return done;
  }

  /** Resolves when every command that was begun before is in memory. */
  async settled(): Promise<void> {
    if (this.#count > 0) await this.#settled;
  }
}
