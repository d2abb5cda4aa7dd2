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
    const { step, promise } = stepOf(work);
    if (this.#steps.length === 0) setImmediate(() => this.#turn());
    this.#steps.push(step);
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

/**
 * Much work of one sort that shares one turn among all that is done in slices: however much of it there is, other work has
 * every second slice. Among itself each has one slice in its turn.
 */
export class Lane {
  readonly #slices: Slices;
  #steps: Step[] = [];
  #isOpen = false;

  constructor(slices: Slices) {
    this.#slices = slices;
  }

  run<T>(work: Sliced<T>): Promise<T> {
    const { step, promise } = stepOf(work);
    this.#steps.push(step);
    if (!this.#isOpen) void this.#slices.run(this.#all());
    this.#isOpen = true;
    return promise;
  }

  *#all(): Sliced<void> {
    while (this.#steps.length > 0) {
      const round = this.#steps;
      this.#steps = [];
      for (const step of round) {
        if (!step()) this.#steps.push(step);
        yield;
      }
    }
    this.#isOpen = false;
  }
}

function stepOf<T>(work: Sliced<T>): { readonly step: Step; readonly promise: Promise<T> } {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const step = () => {
    try {
      const { done, value } = work.next();
      if (done) resolve(value);
      return done === true;
    } catch (error) {
      reject(error);
      return true;
    }
  };
  return { step, promise };
}

function* nothing(): Sliced<void> {}
