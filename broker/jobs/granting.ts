import type { Clock } from '../../platform/clock.ts';
import type { AttemptStore } from './attempts.ts';
import type { Fleet } from './fleet.ts';
import { type Granted, Leases, sortOver } from './leases.ts';
import type { Changes, Moved } from './moving.ts';
import type { Tries } from './tries.ts';

export interface GrantingParts {
  readonly store: AttemptStore;
  readonly fleet: Fleet;
  readonly tries: Tries;
  readonly clock: Clock;
  /** For how much longer, in milliseconds, a node may say how what it ran ended, once its lease is over. */
  readonly silenceMs: number;
  /** Whether nodes that are not there are waited for yet. */
  readonly isAwaited: () => boolean;
  readonly follow: (changes: Changes) => void;
  /** What was on the node of an agent is there no more. */
  readonly freed: (agent: string) => void;
}

/** The leases of what runs: what is not heard of when they are over is lost. */
export class Granting {
  readonly leases: Leases;
  readonly #parts: GrantingParts;

  constructor(parts: GrantingParts) {
    this.#parts = parts;
    this.leases = new Leases(parts.clock, (over) => this.#expire(over));
  }

  stop(): void {
    this.leases.stop();
  }

  /** Follows what became of a task. */
  moved(moved: Moved): void {
    if (moved.after === 'started') this.grant(moved);
    else if (moved.after !== 'staging-out') this.leases.remove(moved);
  }

  grant({ job, number, attempt, resource, leaseUntil }: Omit<Moved, 'before' | 'after'>): void {
    if (leaseUntil !== null) this.leases.add({ job, number, attempt, resource, until: leaseUntil });
  }

  /** A node that is there, or may yet come back, has a while longer to say how what it ran ended. */
  #expire(over: readonly Granted[]): void {
    const { store, fleet, tries, clock, silenceMs, isAwaited, follow, freed } = this.#parts;
    const now = clock.now();
    const isThere = (resource: string) => fleet.get(resource) !== undefined;
    const { late, leases } = sortOver(over, isThere, isAwaited());
    for (const lease of late) this.leases.add({ ...lease, until: now + silenceMs, isLate: true });
    if (leases.length === 0) return;
    tries.until('end leases', async () => {
      follow(await store.expire(leases, clock.now()));
      for (const { resource } of leases) freed(resource);
    });
  }
}
