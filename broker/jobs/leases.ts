import type { Clock } from '../../platform/clock.ts';
import { Heap } from './heap.ts';
import type { TaskKey } from './rows.ts';

/** Which attempt may run. */
interface Leased extends TaskKey {
  readonly attempt: number;
}

/** Until when an attempt may run. */
export interface Granted extends Leased {
  readonly resource: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** Whether it is over, and its node was given more time to say how the attempt ended. */
  readonly isLate?: boolean;
}

/**
 * Of leases that are over those that are given more time, once: nodes that are there, or all where they are awaited yet, may
 * still say how their attempts ended.
 */
export function sortOver(
  over: readonly Granted[],
  isThere: (resource: string) => boolean,
  isAwaited: boolean,
): {
  readonly late: readonly Granted[];
  readonly leases: readonly (Granted & { readonly isHeardOf: boolean })[];
} {
  const known = over.map((lease) => ({ ...lease, isHeardOf: isThere(lease.resource) }));
  const mayWait = ({ isLate, isHeardOf }: (typeof known)[number]) =>
    isLate !== true && (isHeardOf || isAwaited);
  return { late: known.filter(mayWait), leases: known.filter((lease) => !mayWait(lease)) };
}

/** How many leases that count no more may stand among those that do, before they are cleared away. */
const mostStale = 1_000;

/** Leases by when they are over: calls for those that are, together, unless they were given back before. */
export class Leases {
  readonly #clock: Clock;
  readonly #over: (leases: readonly Granted[]) => void;
  readonly #live = new Map<string, Granted>();
  #heap = newHeap();
  #cancel: (() => void) | undefined;
  #at = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, over: (leases: readonly Granted[]) => void) {
    this.#clock = clock;
    this.#over = over;
  }

  /** How many there are in memory, those that count no more included. */
  get size(): number {
    return this.#heap.size;
  }

  add(lease: Granted): void {
    this.#live.set(nameOf(lease), lease);
    this.#heap.add(lease);
    this.#set();
  }

  /** Until when an attempt may run, in milliseconds since 1970; undefined where it has no lease, or that is over. */
  untilOf(leased: Leased): number | undefined {
    return this.#live.get(nameOf(leased))?.until;
  }

  /** An attempt has ended: its lease counts no more. */
  remove(leased: Leased): void {
    if (!this.#live.delete(nameOf(leased)) || this.#heap.size < 2 * this.#live.size + mostStale) return;
    this.#heap = newHeap();
    for (const lease of this.#live.values()) this.#heap.add(lease);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#at = Number.POSITIVE_INFINITY;
  }

  #set(): void {
    const at = this.#heap.first?.until ?? Number.POSITIVE_INFINITY;
    if (at >= this.#at) return;
    this.#cancel?.();
    this.#at = at;
    this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#ring());
  }

  #ring(): void {
    this.stop();
    const now = this.#clock.now();
    const over: Granted[] = [];
    while ((this.#heap.first?.until ?? Number.POSITIVE_INFINITY) <= now) {
      const lease = this.#heap.take();
      if (lease === undefined || this.#live.get(nameOf(lease)) !== lease) continue;
      this.#live.delete(nameOf(lease));
      over.push(lease);
    }
    this.#set();
    if (over.length > 0) this.#over(over);
  }
}

function newHeap(): Heap<Granted> {
  return new Heap<Granted>((a, b) => a.until < b.until);
}

function nameOf({ job, number, attempt }: Leased): string {
  return `${job}.${number}.${attempt}`;
}
