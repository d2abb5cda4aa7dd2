/** What an owner has of deals already. */
export interface DealUse {
  readonly openOffers: number;
  /** Agreements that are active or ending. */
  readonly agreements: number;
  /** Of both, what their tasks may take at most. */
  readonly cpuHours: number;
}

/** Whether an owner may have a deal, or why not, for the text of a Decline `policy`. */
export type Served = { readonly ok: true } | { readonly ok: false; readonly text: string };

/** Whom a broker serves. */
export interface Serving {
  /** `wanted` is what the tasks asked for may take, in cpu-hours; undefined where the Ask says no Walltime. */
  mayDeal(owner: string, use: DealUse, wanted: number | undefined): Served;
}

/** What tasks take at most, in cpu-hours. */
export function cpuHoursOf(taken: {
  readonly cpus: number;
  /** Of one task, in milliseconds. */
  readonly walltimeMs: number;
  /** Runs in all. */
  readonly tasks: number;
}): number {
  return (taken.cpus * taken.walltimeMs * taken.tasks) / 3_600_000;
}

/** Serves whom each of several serves; else the first that does not says why. */
export class AllServing implements Serving {
  readonly #all: readonly Serving[];

  constructor(all: readonly Serving[]) {
    this.#all = all;
  }

  mayDeal(owner: string, use: DealUse, wanted: number | undefined): Served {
    for (const each of this.#all) {
      const served = each.mayDeal(owner, use, wanted);
      if (!served.ok) return served;
    }
    return { ok: true };
  }
}
