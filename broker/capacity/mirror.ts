import type { Sql } from '../../platform/store/store.ts';
import type { Claims } from './claims.ts';
import { allHolds, holdsOf, setStamp, stampOf } from './store.ts';

/**
 * What is held and reserved, in memory as in the table. Verbs change both at once, and may be undone or run twice: each change
 * writes a stamp that no other has, so that memory is read anew where the table does not have its last one.
 */
export class Mirror {
  readonly claims: Claims;
  readonly #changed: (agents: readonly string[]) => void;
  /** Where memory stands. */
  #stamp = 0;
  /** The highest that was ever given. */
  #last = 0;
  /** By agent, with which change memory of it was last another. */
  readonly #touched = new Map<string, number>();

  /** @param changed called within the verb: what was changed is known to stand once its commit is */
  constructor(claims: Claims, changed: (agents: readonly string[]) => void) {
    this.claims = claims;
    this.#changed = changed;
  }

  /** Reads all. */
  load(sql: Sql): void {
    for (const agent of [...this.claims.agents]) this.claims.set(agent, []);
    for (const [agent, claims] of Map.groupBy(allHolds(sql), (one) => one.agent))
      this.claims.set(agent, claims);
    this.claims.settled();
    this.#touched.clear();
    this.#stamp = stampOf(sql);
    this.#last = Math.max(this.#last, this.#stamp);
  }

  /** Brings memory to where the table stands: that is not where it was where a verb was undone. */
  follow(sql: Sql): void {
    const stamp = stampOf(sql);
    if (stamp === this.#stamp) return;
    for (const [agent, touched] of this.#touched)
      if (touched > stamp) {
        this.claims.set(agent, holdsOf(sql, agent));
        this.#touched.set(agent, stamp); // which may be undone too
      }
    this.#stamp = stamp;
  }

  /** Changes both; `change` returns of whose nodes. */
  change(sql: Sql, change: () => readonly string[]): void {
    const agents = change();
    this.#last += 1;
    this.#stamp = this.#last;
    setStamp(sql, this.#stamp);
    for (const agent of agents) this.#touched.set(agent, this.#stamp);
    this.#changed(agents);
  }

  /** The commits of all verbs so far are known. */
  settle(sql: Sql): void {
    this.follow(sql);
    this.claims.settled();
  }
}
