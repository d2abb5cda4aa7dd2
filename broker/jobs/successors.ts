import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../../platform/store/store.ts';
import { type AfterParts, tellOfEnd, untold } from './after.ts';
import { type Changes, Moving, type MovingRules } from './moving.ts';
import type { JobRow } from './rows.ts';
import type { Tries } from './tries.ts';

export interface SuccessorsParts extends AfterParts {
  readonly store: Store;
  readonly rules: MovingRules;
  readonly tries: Tries;
  readonly clock: Clock;
  /** Takes up jobs that wait for nothing more, and follows what was changed. */
  readonly begin: (ready: readonly JobRow[], changes: Changes) => void;
}

/** Jobs (a count) that hear of the end of one in one verb. */
const mostAtOnce = 500;

/**
 * Lets jobs hear of the end of those that they wait for: each in a verb of its own after that in which the job ended, so
 * that one for which many wait holds nothing up. Who has heard is in the store: after a stop it goes on where it was.
 */
export class Successors {
  readonly #parts: SuccessorsParts;
  /** Whether any job may wait for another; until then nobody looks. */
  #isExpected = false;
  /** Jobs that are over, of which others may have yet to hear. */
  readonly #over = new Set<number>();
  #isTelling = false;

  constructor(parts: SuccessorsParts) {
    this.#parts = parts;
  }

  /** Takes up what was not told before the last stop. */
  async start(): Promise<void> {
    const { over, isAny } = await this.#parts.store.read((sql) => ({
      over: untold(sql),
      isAny: sql.get('SELECT 1 FROM job_after LIMIT 1') !== undefined,
    }));
    if (isAny) this.expect();
    this.ended(over);
  }

  /** A job is about to be kept that waits for others. */
  expect(): void {
    this.#isExpected = true;
  }

  /** Jobs are over. */
  ended(jobs: readonly number[]): void {
    if (!this.#isExpected || jobs.length === 0) return;
    for (const job of jobs) this.#over.add(job);
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#parts.tries.until('tell jobs of the end of others', () => this.#tell());
  }

  /** As long as this fails it is tried again, and no other is begun. */
  async #tell(): Promise<void> {
    const { store, rules, clock, begin } = this.#parts;
    for (const job of this.#over) {
      for (let more = true; more; ) {
        const told = await store.write((sql) => {
          const moving = new Moving({ ...rules, sql, now: clock.now() });
          const { ready, more } = tellOfEnd({ moving, sql, parts: this.#parts }, job, mostAtOnce);
          return { changes: moving.settle(), ready, more };
        });
        begin(told.ready, told.changes);
        more = told.more;
      }
      this.#over.delete(job);
    }
    this.#isTelling = false;
  }
}
