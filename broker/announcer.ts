import type { Clock } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Sliced, Slices } from '../platform/slices.ts';

/** How far something is from what was told of it: a small change may wait. */
export type Change = 'none' | 'small' | 'great';

/** Something of which the market is told. */
export interface Announced<D> {
  /** By this it is known from one round to the next. */
  readonly name: string;
  /** What is told of it now; `seq` is higher than any before. */
  document(seq: number): D;
  /** How far it is from how it was when it was told last. */
  changeSince(told: Announced<D>): Change;
  /** Whether the market is told when it is no more. */
  readonly isTakenBack: boolean;
}

export interface AnnouncerParts<D> {
  /** What is always told. */
  readonly standing: () => readonly Announced<D>[];
  /** Learns of what else to tell now; of one name what stands is told. */
  readonly learn: (signal: AbortSignal) => Promise<readonly Announced<D>[]>;
  /** Tells the market; resolves when the market has it on disk. */
  readonly tell: (document: D, signal: AbortSignal) => Promise<void>;
  /** Takes back what was told. */
  readonly takeBack: (document: D, signal: AbortSignal) => Promise<void>;
  readonly learnIntervalMs: number;
  readonly renewIntervalMs: number;
  /** How long after it was told a small change is told. */
  readonly changeIntervalMs: number;
  readonly tellsAtOnce: number;
  /** Where it is looked at what is to be told. */
  readonly slices: Slices;
  readonly clock: Clock;
  readonly log: Log;
}

/** What was told of something. */
interface Told<D> {
  readonly one: Announced<D>;
  readonly document: D;
  readonly at: number;
  /** When it was told in this text first. */
  readonly newAt: number;
}

type Work = () => Promise<boolean>;

/** How long, in milliseconds, after it was told anew something is not told anew again, however it changes. */
const leastIntervalMs = 1_000;

/** Of how many things one slice sees whether they are to be told. */
const announcedASlice = 50;

/**
 * Keeps the market told: of each thing as soon as it is learned or has changed, in the same text again before its Tell
 * expires, and of what is no more that it is.
 */
export class Announcer<D> implements Part {
  readonly #parts: AnnouncerParts<D>;
  readonly #told = new Map<string, Told<D>>();
  /** Those that could not be told last: others come before them, so that one that is refused holds up no other. */
  readonly #failed = new Set<string>();
  /** Aborted by the stop: a peer that never answers shall not hold it up. */
  readonly #stopped = new AbortController();
  #round: Promise<void> = Promise.resolve();
  #cancelTimer: (() => void) | undefined;
  #running = false;
  #wellSoFar = true;
  #lastSeq = 0;

  constructor(parts: AnnouncerParts<D>) {
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
    const { log, standing, clock, slices } = this.#parts;
    let fault: unknown;
    const note = (error: unknown) => {
      fault ??= error;
    };
    const learned = await this.#parts.learn(this.#stopped.signal).catch(note);
    const all = new Map([...(learned ?? []), ...standing()].map((one) => [one.name, one]));
    // Its hour is counted from before it is told, and so is what the market counts.
    const now = clock.now();
    const due = await slices.run(this.#due(all, now, note));
    if (learned !== undefined) due.push(...this.#gone(all, note));
    await this.#doAll(due);
    if (this.#stopped.signal.aborted) return; // what was called off is no fault
    if (fault !== undefined && this.#wellSoFar)
      log.warn('cannot learn or tell applications; trying again', { error: fault });
    if (fault === undefined && !this.#wellSoFar) log.info('applications are learned and told again');
    this.#wellSoFar = fault === undefined;
  }

  /** So many at once; where not one of them could be told, the rest waits for the next round. */
  async #doAll(work: readonly Work[]): Promise<void> {
    const { tellsAtOnce } = this.#parts;
    for (let first = 0; first < work.length && this.#running; first += tellsAtOnce) {
      const done = await Promise.all(work.slice(first, first + tellsAtOnce).map((each) => each()));
      if (!done.includes(true)) return;
    }
  }

  *#due(all: ReadonlyMap<string, Announced<D>>, now: number, note: (error: unknown) => void): Sliced<Work[]> {
    const due: [name: string, work: Work][] = [];
    for (const [index, [name, one]] of [...all].entries()) {
      if (index % announcedASlice === announcedASlice - 1) yield;
      try {
        const told = this.#told.get(name);
        if (told === undefined || this.#isNews(one, told, now)) {
          const document = one.document(this.#nextSeq(now));
          due.push([name, () => this.#tell(name, { one, document, at: now, newAt: now }, note)]);
        } else if (now - told.at >= this.#parts.renewIntervalMs) {
          due.push([name, () => this.#tell(name, { ...told, at: now }, note)]);
        }
      } catch (error) {
        note(error);
      }
    }
    const isFailed = ([name]: [string, Work]) => Number(this.#failed.has(name));
    return due.sort((a, b) => isFailed(a) - isFailed(b)).map(([, work]) => work);
  }

  #isNews(one: Announced<D>, told: Told<D>, now: number): boolean {
    const change = one.changeSince(told.one);
    const sinceMs = now - told.newAt;
    // A clock that was set back holds nothing up.
    if (change === 'great') return sinceMs >= leastIntervalMs || sinceMs < 0;
    return change === 'small' && (sinceMs >= this.#parts.changeIntervalMs || sinceMs < 0);
  }

  /** Takes back what was told and is no more; what cannot be taken back, expires. */
  #gone(all: ReadonlyMap<string, unknown>, note: (error: unknown) => void): Work[] {
    const work: Work[] = [];
    for (const name of this.#failed) if (!all.has(name)) this.#failed.delete(name);
    for (const [name, told] of this.#told) {
      if (all.has(name)) continue;
      if (told.one.isTakenBack) work.push(() => this.#takeBack(name, told, note));
      else this.#told.delete(name);
    }
    return work;
  }

  async #tell(name: string, told: Told<D>, note: (error: unknown) => void): Promise<boolean> {
    try {
      await this.#parts.tell(told.document, this.#stopped.signal);
      this.#told.set(name, told);
      this.#failed.delete(name);
      return true;
    } catch (error) {
      note(error);
      this.#failed.add(name);
      return false;
    }
  }

  async #takeBack(name: string, told: Told<D>, note: (error: unknown) => void): Promise<boolean> {
    try {
      await this.#parts.takeBack(told.document, this.#stopped.signal);
      this.#told.delete(name);
      return true;
    } catch (error) {
      note(error);
      return false;
    }
  }

  /** Higher than any that was told before, by a broker that ran before too. */
  #nextSeq(now: number): number {
    this.#lastSeq = Math.max(this.#lastSeq + 1, now);
    return this.#lastSeq;
  }
}
