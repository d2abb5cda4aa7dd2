import { Deadlines } from '../deadlines.ts';
import type { Turns } from './strategy.ts';

interface Interval {
  ms: number;
}

/** An interval that brought news becomes so much shorter, and one that brought none longer. */
const shorter = 0.5;
const longer = 1.5;

/**
 * Each address once an interval of its own: shorter where polls bring news, down to `shortestMs`, and longer again, up to
 * `intervalMs`, where they bring none.
 */
export class AdaptiveTurns implements Turns {
  readonly #intervalMs: number;
  readonly #shortestMs: number;
  readonly #due = new Deadlines<string>();
  readonly #intervals = new Map<string, Interval>();
  #rate = 0;
  /** Time goes on here though the clock is set back: by so much it is ahead of that. */
  #aheadMs = 0;
  #last = -Infinity;

  constructor(intervalMs: number, shortestMs: number) {
    this.#intervalMs = intervalMs;
    this.#shortestMs = Math.min(intervalMs, shortestMs);
  }

  get rate(): number {
    return this.#rate;
  }

  add(address: string, now: number): void {
    if (this.#intervals.has(address)) return;
    this.#intervals.set(address, { ms: this.#intervalMs });
    this.#rate += 1000 / this.#intervalMs;
    this.#due.set(address, this.#time(now));
  }

  remove(address: string): void {
    const interval = this.#intervals.get(address);
    if (interval === undefined) return;
    this.#intervals.delete(address);
    this.#rate = this.#intervals.size === 0 ? 0 : this.#rate - 1000 / interval.ms;
    this.#due.delete(address);
  }

  due(now: number, most: number): string[] {
    const time = this.#time(now);
    const due = this.#due.take(time, most);
    // Counted from now, not from its turn: what was missed is not made up for.
    for (const address of due) this.#due.set(address, time + this.#intervals.get(address)!.ms);
    return due;
  }

  next(now: number): number | undefined {
    const time = this.#time(now);
    const { next } = this.#due;
    return next === undefined ? undefined : Math.max(now, next - time + now);
  }

  /** Its next turn comes sooner at once where there was news: things change there just now. */
  heard(address: string, isNews: boolean, now: number): void {
    const interval = this.#intervals.get(address);
    const before = this.#due.of(address);
    if (interval === undefined || before === undefined) return;
    const wanted = interval.ms * (isNews ? shorter : longer);
    const ms = Math.max(this.#shortestMs, Math.min(this.#intervalMs, wanted));
    if (ms === interval.ms) return;
    this.#rate += 1000 / ms - 1000 / interval.ms;
    interval.ms = ms;
    if (isNews) this.#due.set(address, Math.min(before, this.#time(now) + ms));
  }

  #time(now: number): number {
    if (now < this.#last) this.#aheadMs += this.#last - now;
    this.#last = now;
    return now + this.#aheadMs;
  }
}
