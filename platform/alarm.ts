import type { Clock } from './clock.ts';

/** Rings at a moment, which may be set anew: one timer. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at: number | undefined;
  #cancel: () => void = () => {};

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** When it is to ring. */
  get at(): number | undefined {
    return this.#at;
  }

  /** `at` in milliseconds since 1970; undefined for never. */
  set(at: number | undefined): void {
    if (at === this.#at) return;
    this.#cancel();
    this.#cancel = () => {};
    this.#at = at;
    if (at === undefined) return;
    this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#at = undefined;
      this.#ring();
    });
  }
}
