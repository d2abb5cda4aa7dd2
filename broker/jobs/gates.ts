import { nanoText, type Used } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { because } from '../../protocol/why/situations.ts';
import { atWorst, fitsUnder } from '../deals/costs.ts';
import type { Agreement, Agreements } from './agreement.ts';
import type { Need } from './need.ts';
import { underWay } from './under-way.ts';

/** How it stands with an agreement: what would be used if all that nodes have of it ran as long as it may. */
export interface Standing {
  readonly agreement: Agreement;
  readonly worst: Used;
}

/** Agreements of which it is known how they stand (a count); beyond, the oldest are read again. */
const mostStanding = 10_000;

/** How it stands with an agreement, by the store; undefined where there is none. */
export function standingOf(sql: Sql, agreements: Agreements, id: string): Standing | undefined {
  const agreement = agreements.byId(sql, id);
  if (agreement === undefined) return undefined;
  return { agreement, worst: underWay(sql, id).reduce(atWorst, agreement.used) };
}

/** Why a task may not start under an agreement at a moment; undefined where it may. */
export function whyNotUnder(
  { agreement: of, worst }: Standing,
  limitMs: number | null,
  now: number,
): Cause | undefined {
  const { id: agreement, state, startsAt, untilAt, price, estimate, slot } = of;
  if (state !== 'active')
    return because('agreement-over', { agreement, state, text: 'no task starts under it' });
  if (now < startsAt) return because('under-not-begun', { agreement, begins: momentText(startsAt) });
  if (now + (limitMs ?? 0) > untilAt)
    return because('under-too-short', { agreement, ends: momentText(untilAt) });
  if (fitsUnder(price, estimate, worst, { slot, limitMs })) return undefined;
  const most = `${nanoText(estimate ?? 0n)} ${price?.currency}`;
  return because('under-estimate', { agreement, most });
}

/** The same with one task more under it. */
export function withTask({ agreement, worst }: Standing, limitMs: number | null): Standing {
  return { agreement, worst: atWorst(worst, { slot: agreement.slot, limitMs }) };
}

export interface GatesParts {
  readonly store: Store;
  readonly agreements: Agreements;
  readonly clock: Clock;
  /** Tasks under an agreement may start that could not before. */
  readonly opened: (agreement: string) => void;
}

/**
 * Which tasks may start under their agreements, for the choice of nodes: read from the store when it is first asked for and
 * after each change, counted on within a round. The store itself looks once more when it gives a task to a node.
 */
export class Gates {
  readonly #parts: GatesParts;
  /** In the order in which they were read. */
  readonly #known = new Map<string, Standing | undefined>();
  /** What was asked for and is not known. */
  #wanted = new Set<string>();
  /** When an agreement begins before which something asked to start: what was set to wake it. */
  readonly #begins = new Map<string, () => void>();

  constructor(parts: GatesParts) {
    this.#parts = parts;
  }

  /** Whether a task may start; also where that has to be read first, which `load` does. */
  isOpen({ agreement, limitMs }: Need, now: number): boolean {
    if (agreement === undefined) return true;
    if (!this.#known.has(agreement)) {
      this.#wanted.add(agreement);
      return false;
    }
    const standing = this.#known.get(agreement);
    if (standing === undefined) return false;
    if (now < standing.agreement.startsAt) this.#wakeAt(agreement, standing.agreement.startsAt, now);
    return whyNotUnder(standing, limitMs, now) === undefined;
  }

  /** A node was chosen for a task. */
  take({ agreement, limitMs }: Need): void {
    const standing = agreement === undefined ? undefined : this.#known.get(agreement);
    if (standing !== undefined) this.#known.set(standing.agreement.id, withTask(standing, limitMs));
  }

  /** Why a task waits for its agreement; undefined where it does not. */
  why({ agreement, limitMs }: Need, now: number): Cause | undefined {
    const standing = agreement === undefined ? undefined : this.#known.get(agreement);
    return standing && whyNotUnder(standing, limitMs, now);
  }

  /** Reads what was asked for and is not known; says whether there was anything. */
  async load(): Promise<boolean> {
    if (this.#wanted.size === 0) return false;
    const wanted = this.#wanted;
    this.#wanted = new Set();
    const { store, agreements, opened } = this.#parts;
    try {
      const ids = [...wanted];
      const found = await store.read((sql) => ids.map((id) => standingOf(sql, agreements, id)));
      for (const [index, id] of ids.entries()) this.#known.set(id, found[index]);
    } catch (error) {
      this.#wanted = this.#wanted.union(wanted); // the next round reads it
      throw error;
    }
    for (const id of this.#known.keys()) {
      if (this.#known.size <= mostStanding) break;
      if (!wanted.has(id)) this.#known.delete(id);
    }
    for (const id of wanted) opened(id);
    return true;
  }

  /** Something of an agreement has changed: how it stands is read again, also where no node is free that would ask for it. */
  changed(agreement: string): void {
    if (this.#known.delete(agreement)) this.#wanted.add(agreement);
    this.#parts.opened(agreement);
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#known.clear();
  }

  stop(): void {
    for (const cancel of this.#begins.values()) cancel();
    this.#begins.clear();
  }

  #wakeAt(agreement: string, at: number, now: number): void {
    this.#begins.get(agreement)?.();
    const wake = () => {
      this.#begins.delete(agreement);
      this.changed(agreement);
    };
    this.#begins.set(agreement, this.#parts.clock.after(Math.min(at - now, longestWaitMs), wake));
  }
}

/** No timer is set for longer; what is to be woken later is looked at once more then. */
const longestWaitMs = 86_400_000;

/** A moment, to the second. */
function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}Z`;
}
