import type { Clock } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';

export interface AnnouncerParts {
  /** The applications to tell of now. */
  readonly applications: () => Promise<ReadonlySet<string>>;
  /** Tells the market of one; resolves when the market has it on disk. */
  readonly tell: (application: string) => Promise<void>;
  readonly learnIntervalMs: number;
  readonly renewIntervalMs: number;
  readonly tellsAtOnce: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps the market told: of each application as soon as it is learned, and again before its Tell expires. */
export class Announcer implements Part {
  readonly #parts: AnnouncerParts;
  /** When each application was told last. */
  readonly #toldAt = new Map<string, number>();
  #round: Promise<void> = Promise.resolve();
  #cancelTimer: (() => void) | undefined;
  #running = false;
  #reachable = true;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
  }

  /** The first round is under way when this resolves; the services that it needs may start later. */
  async start(): Promise<void> {
    this.#running = true;
    this.#begin();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer?.();
    await this.#round;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #begin(): void {
    this.#round = this.#announce().then(() => {
      if (this.#running)
        this.#cancelTimer = this.#parts.clock.after(this.#parts.learnIntervalMs, () => this.#begin());
    });
  }

  async #announce(): Promise<void> {
    const { clock, log, renewIntervalMs, tellsAtOnce } = this.#parts;
    try {
      const applications = await this.#parts.applications();
      for (const application of this.#toldAt.keys()) {
        if (!applications.has(application)) this.#toldAt.delete(application);
      }
      const now = clock.now();
      const due = [...applications].filter(
        (name) => now - (this.#toldAt.get(name) ?? -Infinity) >= renewIntervalMs,
      );
      for (let first = 0; first < due.length && this.#running; first += tellsAtOnce) {
        await Promise.all(due.slice(first, first + tellsAtOnce).map((name) => this.#tell(name, now)));
      }
      if (!this.#reachable) log.info('the market and infogather are reached again');
      this.#reachable = true;
    } catch (error) {
      if (this.#reachable) log.warn('cannot learn or tell applications; trying again', { error });
      this.#reachable = false;
    }
  }

  async #tell(application: string, now: number): Promise<void> {
    await this.#parts.tell(application);
    this.#toldAt.set(application, now);
  }
}
