import type { Clock } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { PollingStrategy } from './polling/strategy.ts';

export interface PollerParts {
  readonly strategy: PollingStrategy;
  readonly clock: Clock;
  /** Polls one address: resolves when what it answered was taken in, with whether that was news; rejects where it was no good answer. */
  readonly poll: (address: string, signal: AbortSignal) => Promise<boolean>;
  /** How many polls are under way at once, and how many of them to addresses whose last poll failed. */
  readonly pollsAtOnce: number;
  readonly suspectPollsAtOnce: number;
}

/**
 * Carries out a polling strategy. An address whose last poll failed is a suspect: suspects wait in a lane of
 * their own, so that nodes that hang never hold up those that answer.
 */
export class Poller implements Part {
  readonly #parts: PollerParts;
  readonly #addresses = new Set<string>();
  readonly #suspects = new Set<string>();
  readonly #waiting = new Set<string>();
  readonly #underWay = new Map<string, Promise<void>>();
  /** Addresses that are wanted at once again when the poll under way has ended. */
  readonly #again = new Set<string>();
  #suspectsUnderWay = 0;
  #abort = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #running = false;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    this.#abort = new AbortController();
    this.#running = true;
    this.#turn();
  }

  /** Ends what is under way without taking it in. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer?.();
    this.#abort.abort();
    await Promise.all(this.#underWay.values());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Takes an address in, if it is new, and polls it as soon as it may be: no longer as a suspect, if it was one. */
  soon(address: string): void {
    this.#addresses.add(address);
    this.#suspects.delete(address);
    this.#waiting.delete(address);
    if (this.#underWay.has(address)) this.#again.add(address);
    else this.#hurry(address);
  }

  has(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** Whether the last poll of an address failed. */
  isSuspect(address: string): boolean {
    return this.#suspects.has(address);
  }

  remove(address: string): void {
    this.#addresses.delete(address);
    this.#again.delete(address);
    this.#parts.strategy.remove(address);
    this.#suspects.delete(address);
    this.#waiting.delete(address);
  }

  #hurry(address: string): void {
    this.#parts.strategy.remove(address);
    this.#parts.strategy.add(address, this.#parts.clock.now());
    if (this.#running) this.#turn();
  }

  #turn(): void {
    if (!this.#running) return;
    const { strategy, clock, pollsAtOnce } = this.#parts;
    const now = clock.now();
    // Those that wait were due before all others.
    this.#beginSuspects(now);
    for (const address of strategy.due(now, pollsAtOnce - this.#othersUnderWay)) {
      if (this.#suspects.has(address)) this.#waiting.add(address);
      else this.#begin(address, now);
    }
    this.#beginSuspects(now);
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const next = this.#nextTurn(now);
    if (next < Infinity) this.#cancelTimer = clock.after(Math.max(1, next - now), () => this.#turn());
  }

  get #othersUnderWay(): number {
    return this.#underWay.size - this.#suspectsUnderWay;
  }

  #beginSuspects(now: number): void {
    const { strategy, suspectPollsAtOnce } = this.#parts;
    for (const address of this.#waiting) {
      if (this.#suspectsUnderWay >= suspectPollsAtOnce || strategy.free(now) > now) return;
      this.#waiting.delete(address);
      this.#begin(address, now);
    }
  }

  /** When something may begin next. Where a lane has no room left, the end of a poll in it is its next turn. */
  #nextTurn(now: number): number {
    const { strategy, pollsAtOnce, suspectPollsAtOnce } = this.#parts;
    const others = this.#othersUnderWay < pollsAtOnce ? strategy.next(now) : undefined;
    const mayWait = this.#waiting.size > 0 && this.#suspectsUnderWay < suspectPollsAtOnce;
    return Math.min(others ?? Infinity, mayWait ? strategy.free(now) : Infinity);
  }

  #begin(address: string, now: number): void {
    if (this.#underWay.has(address)) return;
    this.#parts.strategy.begun(now);
    const suspect = this.#suspects.has(address);
    if (suspect) this.#suspectsUnderWay += 1;
    const done = this.#parts.poll(address, this.#abort.signal).then(
      (isNews) => {
        this.#suspects.delete(address);
        this.#parts.strategy.heard(address, isNews, this.#parts.clock.now());
      },
      () => {
        // One that is wanted again has another chance first.
        if (this.#addresses.has(address) && !this.#again.has(address)) this.#suspects.add(address);
      },
    );
    this.#underWay.set(
      address,
      done.then(() => {
        this.#underWay.delete(address);
        if (suspect) this.#suspectsUnderWay -= 1;
        if (this.#again.delete(address)) this.#hurry(address);
        else this.#turn();
      }),
    );
  }
}
