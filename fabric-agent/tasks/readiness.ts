import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { backOff, type Patience } from './pause.ts';

export interface ReadinessOptions {
  /** Does what the files of a task want of this machine; throws where that cannot be done. */
  readonly attempt: () => Promise<void>;
  /** Called when no folder can be made ready any more, and when one can again. */
  readonly changed: () => void;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Whether this node can make folders of tasks ready. Once one could not be, as on a full disk, brokers are to send none
 * until it has been seen that it can be done: else each task that waits would be sent and refused, again and again.
 */
export class Readiness {
  readonly #options: ReadinessOptions;
  /** How often in a row it was seen that nothing can be made ready. */
  #failures = 0;
  #isFailing = false;
  #stopped = false;
  #cancel = () => {};

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** A folder could not be made ready. */
  failed(): void {
    this.#failures += 1;
    if (this.#isFailing || this.#stopped) return;
    this.#isFailing = true;
    this.#options.changed();
    this.#tryLater();
  }

  /** A folder was made ready. */
  succeeded(): void {
    this.#failures = 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #tryLater(): void {
    const { clock, patience } = this.#options;
    this.#cancel = clock.after(backOff(patience, this.#failures), () => void this.#try());
  }

  async #try(): Promise<void> {
    const { attempt, changed, log } = this.#options;
    try {
      await attempt();
    } catch (error) {
      log.debug('folders of tasks cannot be made ready yet', { error });
      this.#failures += 1;
      if (!this.#stopped) this.#tryLater();
      return;
    }
    if (this.#stopped) return;
    this.#isFailing = false;
    changed();
  }
}
