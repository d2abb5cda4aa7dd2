/** Commands that were begun together: nobody has asked in between whether all before are over. */
interface Together {
  count: number;
  /** Says that the last of them is over; absent while more may join. */
  over: (() => void) | undefined;
}

/** What was begun and is not over, so that one can wait for all of it and for nothing that is begun later. */
export class UnderWay {
  #together: Together = { count: 0, over: undefined };
  /** Settles when all is over that was begun before those that are together now. */
  #before: Promise<void> = Promise.resolve();

  /** Begins a command, and returns what is to be called when it is over, however it went. */
  begin(): () => void {
    const together = this.#together;
    together.count += 1;
    return () => {
      together.count -= 1;
      if (together.count === 0) together.over?.();
    };
  }

  /** Settles when all is over that was begun before. */
  settled(): Promise<void> {
    const together = this.#together;
    if (together.count > 0) {
      const over = new Promise<void>((resolve) => {
        together.over = resolve;
      });
      this.#before = Promise.all([this.#before, over]).then(() => {});
      this.#together = { count: 0, over: undefined };
    }
    return this.#before;
  }
}
