import type { Served, Serving } from './serving.ts';

/** Everybody, as a list of owners says it. */
const everybody = '*';

/** Whom lists of names let deal: whom one allows, and the other does not deny. */
export class ListedOwners implements Serving {
  readonly #allowed: ReadonlySet<string>;
  readonly #denied: ReadonlySet<string>;

  constructor(allowed: readonly string[], denied: readonly string[]) {
    this.#allowed = new Set(allowed);
    this.#denied = new Set(denied);
  }

  mayDeal(owner: string): Served {
    const isAllowed = this.#allowed.has(everybody) || this.#allowed.has(owner);
    if (isAllowed && !this.#denied.has(everybody) && !this.#denied.has(owner)) return { ok: true };
    return { ok: false, text: `this broker makes no deals with ${owner}; ask its administrators` };
  }
}
