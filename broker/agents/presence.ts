import type { Clock } from '../../platform/clock.ts';

/** When each agent was heard, and which have been silent for too long. */
export class Presence {
  readonly #silenceMs: number;
  readonly #clock: Clock;
  readonly #silent: (resource: string) => void;
  readonly #heard = new Map<string, number>();
  readonly #timers = new Map<string, () => void>();

  /** @param silent called once for each that was not heard for so long, until it is heard again */
  constructor(silenceMs: number, clock: Clock, silent: (resource: string) => void) {
    this.#silenceMs = silenceMs;
    this.#clock = clock;
    this.#silent = silent;
  }

  heard(resource: string): void {
    this.#heard.set(resource, this.#clock.now());
    if (!this.#timers.has(resource)) this.#wait(resource, this.#silenceMs);
  }

  /** Milliseconds since it was heard; undefined where it is not there. */
  heardAgo(resource: string): number | undefined {
    const at = this.#heard.get(resource);
    return at === undefined ? undefined : this.#clock.now() - at;
  }

  /** It is waited for no more. */
  gone(resource: string): void {
    this.#timers.get(resource)?.();
    this.#timers.delete(resource);
    this.#heard.delete(resource);
  }

  stop(): void {
    for (const resource of [...this.#timers.keys()]) this.gone(resource);
  }

  /**
   * One timer an agent, which looks again when it might be time: a frame need not set it anew. One that comes much too
   * late says that this process stood still, or that the clock was set, and so does one who was heard later than now:
   * what agents said meanwhile is yet to be read, and they are waited for anew.
   */
  #wait(resource: string, ms: number): void {
    const due = this.#clock.now() + ms;
    const look = () => {
      const isLate = this.#clock.now() - due >= this.#silenceMs / 2;
      if (isLate || (this.heardAgo(resource) ?? 0) < 0) this.#heard.set(resource, this.#clock.now());
      const ago = this.heardAgo(resource) ?? 0;
      if (ago < this.#silenceMs) this.#wait(resource, this.#silenceMs - ago);
      else {
        this.gone(resource);
        this.#silent(resource);
      }
    };
    this.#timers.set(resource, this.#clock.after(ms, look));
  }
}
