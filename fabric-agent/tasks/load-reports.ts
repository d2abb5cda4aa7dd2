import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { AgentMessage } from '../../protocol/agent/messages.ts';
import type { BackEnd } from '../back-ends/back-end.ts';

interface LoadReportsOptions {
  readonly backEnd: Pick<BackEnd, 'load'>;
  readonly send: (message: AgentMessage) => void;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells brokers now and then how busy the node is. */
export class LoadReports implements Part {
  readonly #options: LoadReportsOptions;
  #stopped = false;
  #cancel = () => {};
  #diskBytes: number | undefined;
  #cpuLoad: number | undefined;

  constructor(options: LoadReportsOptions) {
    this.#options = options;
  }

  /** What was left on the disk when it was looked at last; undefined where that is not known. */
  get diskBytes(): number | undefined {
    return this.#diskBytes;
  }

  /** The load when it was looked at last; undefined where that is not known. */
  get cpuLoad(): number | undefined {
    return this.#cpuLoad;
  }

  /** Looks for the first time. */
  start(): Promise<void> {
    return this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #look(): Promise<void> {
    const { backEnd, send, intervalMs, clock, log } = this.#options;
    try {
      const { load, diskBytes } = await backEnd.load();
      this.#diskBytes = diskBytes;
      this.#cpuLoad = load;
      send({ type: 'load', cpuLoad: load, freeDiskBytes: diskBytes ?? null });
    } catch (error) {
      log.warn('the back end does not say how busy it is', { error });
    }
    if (!this.#stopped) this.#cancel = clock.after(intervalMs, () => void this.#look());
  }
}
