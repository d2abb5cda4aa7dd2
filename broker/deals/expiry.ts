import { Alarm } from '../../platform/alarm.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import { openAmendment } from './amendment-rows.ts';
import { tellCharges, togetherMs } from './charges-told.ts';
import type { DealRow } from './rows.ts';
import { dealByKey } from './store.ts';

/** A deal whose time was over, as it is now, and what is to be done once that is on disk. */
export interface Lapsed {
  readonly row: DealRow;
  readonly after?: readonly (() => void)[];
}

export interface ExpiryParts {
  readonly store: Store;
  /** Ends an Offer whose Expires has passed. */
  readonly lapse: (sql: Sql, row: DealRow, now: number) => Lapsed;
  /** Ends the Amend of an agreement whose Expires has passed. */
  readonly lapseAmend: (sql: Sql, row: DealRow, now: number) => Lapsed;
  /** Ends an agreement whose Until has passed. */
  readonly runOut: (sql: Sql, row: DealRow, now: number) => Lapsed;
  /** To be called after a commit with the owners of what has lapsed. */
  readonly told: (owners: readonly string[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Deals (a count) that are looked at together. */
const rowsAStep = 100;

/** How long it sleeps at most, in milliseconds: a clock that was set forward is seen by then. */
const longestSleepMs = 10_000;

/** After how long a sweep that failed is tried again, in milliseconds. */
const againMs = 1_000;

/**
 * Lapses Offers, Amends and agreements by the clock: one timer for the next of them, which is read from the store, so that a
 * restart or a clock that was set changes nothing about what is due.
 */
export class Expiry implements Part {
  readonly #parts: ExpiryParts;
  readonly #alarm: Alarm;
  #sweeping: Promise<void> | undefined;
  /** Whether something earlier may be due than what the sweep that runs has seen. */
  #isStale = false;
  #isStopped = false;

  constructor(parts: ExpiryParts) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts.clock, () => void this.#ring());
  }

  /** Lapses what fell due while nobody looked, and goes on from there. */
  start(): Promise<void> {
    return this.#ring();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#alarm.set(undefined);
    await this.#sweeping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** To be called after a commit that makes something due at a moment, in milliseconds since 1970. */
  look(at: number | null): void {
    if (at === null || this.#isStopped) return;
    if (this.#sweeping !== undefined) this.#isStale = true;
    else if (at < (this.#alarm.at ?? Number.POSITIVE_INFINITY)) this.#sleepUntil(at);
  }

  #ring(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { store, clock, log } = this.#parts;
    try {
      let next: number | undefined;
      do {
        this.#isStale = false;
        let lapsed: number | undefined;
        do lapsed = await this.#step(clock.now());
        while (!this.#isStopped && lapsed === rowsAStep);
        if (lapsed === undefined) return this.#sleepUntil(clock.now() + againMs);
        next = await store.read(nextDue);
      } while (!this.#isStopped && (this.#isStale || (next !== undefined && next <= clock.now())));
      this.#sleepUntil(next ?? Number.POSITIVE_INFINITY);
    } catch (error) {
      log.error('it cannot be seen which deals lapse', { error });
      this.#sleepUntil(clock.now() + againMs);
    }
  }

  #sleepUntil(at: number): void {
    if (this.#isStopped) return;
    this.#alarm.set(Math.min(at, this.#parts.clock.now() + longestSleepMs));
  }

  /** Lapses some of what is due, each by itself, and counts it; undefined where something could not lapse. */
  async #step(now: number): Promise<number | undefined> {
    const { store, told, log } = this.#parts;
    const due = await store.read((sql) => sql.all<Due>(allDue, { now, togetherMs, most: rowsAStep }));
    const done = await Promise.allSettled(
      due.map((one) => store.write((sql) => this.#lapsed(sql, one, now))),
    );
    const owners = new Set<string>();
    for (const outcome of done) {
      if (outcome.status === 'rejected') log.error('a deal could not lapse', { error: outcome.reason });
      else if (outcome.value !== undefined) {
        owners.add(outcome.value.row.owner);
        for (const task of outcome.value.after ?? []) task();
      }
    }
    told([...owners]);
    return done.some(({ status }) => status === 'rejected') ? undefined : due.length;
  }

  /** Ends what is still due: it may have moved since somebody looked. */
  #lapsed(sql: Sql, { deal, kind }: Due, now: number): Lapsed | undefined {
    const { lapse, lapseAmend, runOut } = this.#parts;
    const row = dealByKey(sql, deal);
    const isDue = (at: number | null | undefined) => at !== null && at !== undefined && at <= now;
    if (kind === 'offer')
      return row.state === 'open' && isDue(row.expiresAt) ? lapse(sql, row, now) : undefined;
    if (kind === 'charges') return { row: tellCharges(sql, row, now) };
    if (kind === 'amend')
      return isDue(openAmendment(sql, deal)?.expiresAt) ? lapseAmend(sql, row, now) : undefined;
    return row.state === 'active' && isDue(row.untilAt) ? runOut(sql, row, now) : undefined;
  }
}

interface Due {
  readonly deal: number;
  readonly kind: 'offer' | 'amend' | 'agreement' | 'charges';
}

/** The earliest first; each part by its own index. Charges are due as well that a clock which was set back has left far ahead. */
const allDue = `SELECT deal, kind FROM (
    SELECT * FROM (SELECT deal, 'offer' AS kind, expires_at AS at FROM deals
      WHERE state = 'open' AND expires_at <= @now ORDER BY expires_at LIMIT @most)
    UNION ALL SELECT * FROM (SELECT deal, 'amend', expires_at FROM amendments
      WHERE state = 'proposed' AND expires_at <= @now ORDER BY expires_at LIMIT @most)
    UNION ALL SELECT * FROM (SELECT deal, 'agreement', until_at FROM deals
      WHERE state = 'active' AND until_at <= @now ORDER BY until_at LIMIT @most)
    UNION ALL SELECT * FROM (SELECT deal, 'charges', due_at FROM deal_charges
      WHERE attempts > 0 AND (due_at <= @now OR due_at > @now + @togetherMs) ORDER BY due_at LIMIT @most))
  ORDER BY at LIMIT @most`;

/** When the next thing is due, in milliseconds since 1970. */
function nextDue(sql: Sql): number | undefined {
  const row = sql.get<{ at: number | null }>(
    `SELECT min(at) AS at FROM (
       SELECT min(expires_at) AS at FROM deals WHERE state = 'open'
       UNION ALL SELECT min(expires_at) FROM amendments WHERE state = 'proposed'
       UNION ALL SELECT min(until_at) FROM deals WHERE state = 'active'
       UNION ALL SELECT min(due_at) FROM deal_charges WHERE attempts > 0)`,
  );
  return row?.at ?? undefined;
}
