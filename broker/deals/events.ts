import type { Header } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import { Changed } from '../../platform/changed.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { DealEvent } from '../../protocol/deals/deal.ts';
import type { DealEventSettings } from './event-settings.ts';

/** Something that happened to a deal. */
export interface DealNote extends Omit<DealEvent, 'cursor'> {
  /** The number of its row. */
  readonly deal: number;
  readonly owner: string;
  /** What the broker said of it; where it said nothing of its own, a Report tells how the deal stands. */
  readonly document?: Written | undefined;
}

/** An event, with what was said of it. */
export interface LoggedDealEvent extends DealEvent {
  readonly document: readonly Header[] | undefined;
}

/** Events that were read together. */
export interface DealEventPage<Event extends DealEvent = DealEvent> {
  readonly events: readonly Event[];
  /** All events up to this one were looked at. */
  readonly cursor: number;
}

/** How long a request may wait for something to happen. */
interface Patience {
  /** Seconds. */
  readonly wait: number;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Events that one step of housekeeping takes. */
const eventsAStep = 2_000;

/** Notes an event within the verb that made it, and returns its cursor. */
export function noteDeal(sql: Sql, { document, ...note }: DealNote): number {
  return sql.insert(
    `INSERT INTO deal_events (at, deal, owner, offer, agreement, kind, state, text, document)
     VALUES (@at, @deal, @owner, @offer, @agreement, @kind, @state, @text, @document)`,
    { ...note, document: document === undefined ? null : JSON.stringify(document.headers) },
  );
}

/** What happened to deals, for those who follow it: each event once, in the order of the commits. */
export class DealLog {
  readonly #store: Store;
  readonly #config: DealEventSettings;
  readonly #changed: Changed<string>;

  constructor({
    store,
    config,
    clock,
  }: {
    readonly store: Store;
    readonly config: DealEventSettings;
    readonly clock: Clock;
  }) {
    this.#store = store;
    this.#config = config;
    this.#changed = new Changed(clock);
  }

  /** To be called after a commit with whose deals it changed. */
  told(owners: readonly string[]): void {
    this.#changed.tell(owners);
  }

  /** Nobody waits for events any longer. */
  stop(): void {
    this.#changed.close();
  }

  get isStopping(): boolean {
    return this.#changed.isClosed;
  }

  /**
   * Events of a user's deals after a cursor, those of one offer or agreement or all, once there are any, or the patience is
   * at its end. Throws a Refusal: `not-found`; `cursor-expired` where the log does not go so far back, or not so far yet.
   */
  page(
    owner: string,
    asked: { readonly id?: string | undefined; readonly after: number; readonly limit?: number | undefined },
    { wait, signal }: Patience,
  ): Promise<DealEventPage<LoggedDealEvent>> {
    const { 'deal-events-a-page': page, 'longest-wait': longestMs } = this.#config;
    const most = Math.min(asked.limit ?? page, page);
    let { after } = asked;
    return this.#changed.until({
      topic: owner,
      ask: async () => {
        const read = await this.#store.read((sql) => pageIn(sql, owner, asked.id, after, most));
        after = read.cursor;
        return read;
      },
      isEnough: ({ events }) => events.length > 0,
      waitMs: Math.min(wait * 1000, longestMs),
      signal,
    });
  }

  /** The cursor of the last event, of whomever. */
  head(): Promise<number> {
    return this.#store.read(headOf);
  }

  /** Housekeeping: forgets events that are too old, or too many. */
  async sweep(now: number): Promise<void> {
    const { 'deal-events-kept': keptMs, 'most-deal-events': most } = this.#config;
    const forget = () => this.#store.write((sql) => forgetIn(sql, now - keptMs, most));
    while ((await forget()) >= eventsAStep);
  }
}

type RawEvent = DealEvent & { readonly document: string | null };

function pageIn(
  sql: Sql,
  owner: string,
  id: string | undefined,
  after: number,
  most: number,
): DealEventPage<LoggedDealEvent> {
  const horizon = horizonOf(sql);
  const head = headOf(sql);
  if (after < horizon) throw expired(`the events go back to cursor ${horizon}, and not to ${after}`);
  if (after > head) throw expired(`the events go to cursor ${head}, and not to ${after}`);
  const deal = id === undefined ? undefined : dealOf(sql, owner, id);
  const rows = sql.all<RawEvent>(
    `SELECT cursor, at, offer, agreement, kind, state, text, document FROM deal_events
     WHERE ${deal === undefined ? 'owner = @owner' : 'deal = @deal'} AND cursor > @after
     ORDER BY cursor LIMIT @most`,
    { after, most, ...(deal === undefined ? { owner } : { deal }) },
  );
  const events = rows.map(({ document, ...event }) => {
    return { ...event, document: document === null ? undefined : (JSON.parse(document) as Header[]) };
  });
  // Where all were read the others' count as looked at too: who has few events is not left behind by the horizon.
  return { events, cursor: events.length < most ? head : (events.at(-1)?.cursor ?? after) };
}

function dealOf(sql: Sql, owner: string, id: string): number {
  const row = sql.get<{ deal: number }>(
    `SELECT deal FROM deals WHERE owner = @owner AND offer = @id
     UNION ALL SELECT deal FROM deals WHERE owner = @owner AND agreement = @id`,
    { owner, id },
  );
  if (row !== undefined) return row.deal;
  throw new Refusal(failure('not-found', `there is no offer or agreement ${id.slice(0, 128)} of yours`));
}

function horizonOf(sql: Sql): number {
  return sql.get<{ cursor: number }>('SELECT cursor FROM deal_horizon')?.cursor ?? 0;
}

function headOf(sql: Sql): number {
  const last = sql.get<{ cursor: number | null }>('SELECT max(cursor) AS cursor FROM deal_events');
  return Math.max(horizonOf(sql), last?.cursor ?? 0);
}

/** Forgets at most a step of events that are older than `since` or beyond the latest `most`, and counts them. */
function forgetIn(sql: Sql, since: number, most: number): number {
  const last = sql.get<{ cursor: number | null }>(
    `SELECT max(cursor) AS cursor FROM
       (SELECT cursor, at FROM deal_events ORDER BY cursor LIMIT @step) WHERE at < @since OR cursor <= @beyond`,
    { step: eventsAStep, since, beyond: headOf(sql) - most },
  );
  const cursor = last?.cursor ?? 0;
  if (cursor === 0) return 0;
  sql.run('UPDATE deal_horizon SET cursor = max(cursor, @cursor)', { cursor });
  return sql.run('DELETE FROM deal_events WHERE cursor <= @cursor', { cursor });
}

function expired(detail: string): Refusal {
  return new Refusal(failure('cursor-expired', detail));
}
