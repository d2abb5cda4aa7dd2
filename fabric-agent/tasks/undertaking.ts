import type { Admitted, Unfit } from './admission.ts';
import type { Attempt } from './attempt.ts';
import type { Watch } from './worker.ts';

/** An attempt with what goes on about it in this process. */
export class Undertaking {
  attempt: Attempt;
  /** How the owner lets it run, or why not: rules may have changed since it was taken. */
  readonly allowed: Admitted | Unfit;
  /** When it came to stand as it does, in milliseconds since 1970. */
  sinceMs: number;
  /** Looks after the program while it runs. */
  watch: Watch | undefined;
  /** Whether the back end was given it, or has said that it has it. */
  isPlaced = false;
  /** What it waits for before it may start, as a sentence. */
  doing = 'its files are made ready';
  /** What is fetched or sent for it at the moment. */
  transfer: Promise<void> = Promise.resolve();
  readonly #aborter = new AbortController();
  #orders: Promise<void> = Promise.resolve();
  /** On the disk when what was done last is. */
  #unsure: Promise<void> | undefined;
  #waiting = 0;

  constructor(attempt: Attempt, allowed: Admitted | Unfit, sinceMs: number) {
    this.sinceMs = sinceMs;
    this.attempt = attempt;
    this.allowed = allowed;
  }

  /** Aborts when nobody wants it any more, or the agent stops. */
  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  /** Whether the back end has done all that it was told. */
  get isSettled(): boolean {
    return this.#waiting === 0;
  }

  abort(reason: Error): void {
    this.#aborter.abort(reason);
  }

  /** Does something in its turn: at once, or after what came before and still waits to be sure. */
  inTurn(written: Promise<void> | undefined, act: () => void): void {
    if (written !== undefined) {
      this.#unsure = written;
      void written.then(() => {
        if (this.#unsure === written) this.#unsure = undefined;
      });
    }
    if (this.#unsure === undefined) act();
    else void this.#unsure.then(act);
  }

  /** Has the back end do something, after what it was told before. */
  order(order: () => Promise<void>): void {
    this.#waiting += 1;
    this.#orders = this.#orders.then(order).finally(() => {
      this.#waiting -= 1;
    });
  }
}
