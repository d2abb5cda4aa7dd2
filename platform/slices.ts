/** Work that is done in slices: each `next` does one, the last gives the result. */
export type Sliced<T> = Generator<unknown, T, undefined>;

/** Work under way: does one slice, and says whether that was the last. */
type Step = () => boolean;

/**
 * Does long work in slices. Everything that is under way has one slice in its turn, whatever came first; after
 * `sliceMs` milliseconds the event loop goes round before the next. Settles in the turn of the last slice.
 */
export class Slices {
  readonly #sliceMs: number;
  #steps: Step[] = [];
  #next = 0;

  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs;
  }

  run<T>(work: Sliced<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (this.#steps.length === 0) setImmediate(() => this.#turn());
    this.#steps.push(() => {
      try {
        const step = work.next();
        if (step.done) resolve(step.value);
        return step.done === true;
      } catch (error) {
        reject(error);
        return true;
      }
    });
    return promise;
  }

  /** Waits for the others' slices, and for the event loop to go round: for work that itself waits in between. */
  rest(): Promise<void> {
    return this.run(nothing());
  }

  #turn(): void {
    const until = performance.now() + this.#sliceMs;
    do this.#step();
    while (this.#steps.length > 0 && performance.now() < until);
    if (this.#steps.length > 0) setImmediate(() => this.#turn());
  }

  #step(): void {
    const step = this.#steps[this.#next];
    if (step === undefined) {
      this.#next = 0;
    } else if (step()) {
      this.#steps.splice(this.#next, 1);
    } else {
      this.#next += 1;
    }
  }
}

function* nothing(): Sliced<void> {}
