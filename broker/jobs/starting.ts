import type { Sql } from '../../platform/store/store.ts';
import type { Agreements } from './agreement.ts';
import { type Standing, standingOf, whyNotUnder, withTask } from './gates.ts';
import { refusal } from './owned.ts';
import type { JobRow } from './rows.ts';
import { begun } from './under-way.ts';

/** Tasks that nodes get within one verb: whether each may start under its agreement, by what the store says. */
export class Starting {
  readonly #sql: Sql;
  readonly #agreements: Agreements;
  readonly #now: number;
  readonly #standing = new Map<string, Standing | undefined>();

  constructor(sql: Sql, agreements: Agreements, now: number) {
    this.#sql = sql;
    this.#agreements = agreements;
    this.#now = now;
  }

  /**
   * Notes an attempt that a node gets. Throws a Refusal `not-now` where it may not start, as when its agreement was changed
   * after the node was chosen.
   */
  begin({ job, limitMs, agreement }: JobRow, number: number, attempt: number): void {
    if (agreement === null) return;
    const standing = this.#standing.has(agreement)
      ? this.#standing.get(agreement)
      : standingOf(this.#sql, this.#agreements, agreement);
    const why =
      standing === undefined
        ? `there is no agreement ${agreement}`
        : whyNotUnder(standing, limitMs, this.#now)?.cause;
    if (standing === undefined || why !== undefined) throw refusal('not-now', `${why}`);
    this.#standing.set(agreement, withTask(standing, limitMs));
    const { slot } = standing.agreement;
    begun(this.#sql, { job, number, attempt }, agreement, { slot, limitMs });
  }
}
