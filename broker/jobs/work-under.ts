import type { Sql } from '../../platform/store/store.ts';
import { closeJob, type Ending } from './closing.ts';
import type { Dispatch } from './dispatch.ts';
import { Moving, type MovingRules } from './moving.ts';
import { isIdle, lastLease } from './under-way.ts';

interface WorkUnderParts {
  readonly rules: MovingRules;
  /** How long programs have to end by themselves, in milliseconds. */
  readonly graceMs: number;
  readonly dispatch: () => Pick<Dispatch, 'stopped' | 'gates'>;
}

/** What deals have done about the work under an agreement. */
export class WorkUnder {
  readonly #parts: WorkUnderParts;

  constructor(parts: WorkUnderParts) {
    this.#parts = parts;
  }

  /**
   * An agreement is ending, within the verb in which it does: nothing starts under it, what has not started is cancelled;
   * what runs is cancelled too, unless it may run out. What it returns is to be called once the verb is on disk.
   */
  stop(sql: Sql, agreement: string, ending: Ending, now: number): () => void {
    const { rules, graceMs } = this.#parts;
    // Its verb settles the agreement itself, if nothing runs.
    const moving = new Moving({
      ...rules,
      agreements: { ...rules.agreements, complete() {}, idle() {} },
      sql,
      now,
    });
    const open = sql.all<{ job: number }>(
      'SELECT job FROM jobs WHERE agreement = @agreement AND ended_at IS NULL ORDER BY job',
      { agreement },
    );
    const jobs = open.map(({ job }) => job);
    const messages = jobs.flatMap((job) => closeJob(moving, sql, job, ending, graceMs));
    const changes = moving.settle();
    return () => {
      this.#parts.dispatch().stopped({ changes, jobs, messages });
      this.changed(agreement);
    };
  }

  /** Whether nodes have nothing of it in their hands. */
  isIdle(sql: Sql, agreement: string): boolean {
    return isIdle(sql, agreement);
  }

  /** When all that was let start has ended at the latest, in milliseconds since 1970: its lease is longer, by the grace. */
  endsBy(sql: Sql, agreement: string): number | undefined {
    const last = lastLease(sql, agreement);
    return last === undefined ? undefined : last - this.#parts.graceMs;
  }

  /** The terms of an agreement, or how it stands, are on disk otherwise than they were. */
  changed(agreement: string): void {
    this.#parts.dispatch().gates.changed(agreement);
  }
}
