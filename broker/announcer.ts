import type { Clock } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';

export interface AnnouncerParts {
  /** Applications that are always told. */
  readonly standing: readonly string[];
  /** Learns of which others to tell now. */
  readonly learn: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Tells the market of one; resolves when the market has it on disk. */
  readonly tell: (application: string, signal: AbortSignal) => Promise<void>;
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
  /** Those that could not be told last: others come before them, so that one that is refused holds up no other. */
  readonly #failed = new Set<string>();
  /** Aborted by the stop: a peer that never answers shall not hold it up. */
  readonly #stopped = new AbortController();
  #round: Promise<void> = Promise.resolve();
  #cancelTimer: (() => void) | undefined;
  #running = false;
  #wellSoFar = true;

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
    this.#stopped.abort();
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
    const { log, standing } = this.#parts;
    let fault: unknown;
    const note = (error: unknown) => {
      fault ??= error;
    };
    const learned = await this.#parts.learn(this.#stopped.signal).catch(note);
    const applications = new Set([...standing, ...(learned ?? [])]);
    if (learned !== undefined) this.#forgetOthers(applications);
    await this.#tellDue(applications, note);
    if (this.#stopped.signal.aborted) return; // what was called off is no fault
    if (fault !== undefined && this.#wellSoFar)
      log.warn('cannot learn or tell applications; trying again', { error: fault });
    if (fault === undefined && !this.#wellSoFar) log.info('applications are learned and told again');
    this.#wellSoFar = fault === undefined;
  }

  #forgetOthers(applications: ReadonlySet<string>): void {
    for (const known of [this.#toldAt, this.#failed]) {
      for (const application of known.keys()) if (!applications.has(application)) known.delete(application);
    }
  }

  /** Tells so many at once; where not one of them could be told, the rest waits for the next round. */
  async #tellDue(applications: ReadonlySet<string>, note: (error: unknown) => void): Promise<void> {
    const { clock, tellsAtOnce, renewIntervalMs } = this.#parts;
    const now = clock.now();
    const toldAt = (name: string) => this.#toldAt.get(name) ?? -Infinity;
    const due = [...applications]
      .filter((name) => now - toldAt(name) >= renewIntervalMs)
      .sort((a, b) => Number(this.#failed.has(a)) - Number(this.#failed.has(b)));
    for (let first = 0; first < due.length && this.#running; first += tellsAtOnce) {
      const told = await Promise.all(
        due.slice(first, first + tellsAtOnce).map((name) => this.#tell(name, now, note)),
      );
      if (!told.includes(true)) return;
    }
  }

  async #tell(application: string, now: number, note: (error: unknown) => void): Promise<boolean> {
    try {
      await this.#parts.tell(application, this.#stopped.signal);
      this.#toldAt.set(application, now);
      this.#failed.delete(application);
      return true;
    } catch (error) {
      note(error);
      this.#failed.add(application);
      return false;
    }
  }
}
