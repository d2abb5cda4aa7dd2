import { Refusal } from '../../platform/failure.ts';
import type { Sql } from '../../platform/store/store.ts';
import type { WantedReservations } from '../../protocol/agent/reservations.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { ReservationView } from '../../protocol/reservations.ts';

/** A reservation as the store has it; times in milliseconds since 1970. */
export interface ReservationRow extends Omit<ReservationView, 'state'> {
  readonly state: Exclude<ReservationView['state'], 'over'>;
  /** For which deal it is kept; null of one that its owner wants. */
  readonly deal: number | null;
}

const columns = 'id, resource, slots, start_at AS startsAt, end_at AS endsAt, state, handle, reason, deal';

/** Throws a Refusal `not-found` where there is no such resource of this owner, or of anybody. */
export function checkOwner(sql: Sql, owner: string | undefined, resource: string): void {
  const found = sql.get(
    'SELECT 1 FROM resources WHERE name = @resource AND owner = coalesce(@owner, owner)',
    {
      resource,
      owner: owner ?? null,
    },
  );
  if (found !== undefined) return;
  const next = 'see yours with ogm resource list';
  throw new Refusal(failure('not-found', `there is no resource '${resource}' of yours`, next));
}

export function addReservation(sql: Sql, row: ReservationRow): void {
  sql.run(
    `INSERT INTO reservations (id, resource, slots, start_at, end_at, state)
     VALUES (@id, @resource, @slots, @startsAt, @endsAt, 'asked')`,
    { id: row.id, resource: row.resource, slots: row.slots, startsAt: row.startsAt, endsAt: row.endsAt },
  );
}

export function findReservation(sql: Sql, resource: string, id: string): ReservationRow | undefined {
  return sql.get<ReservationRow>(
    `SELECT ${columns} FROM reservations WHERE resource = @resource AND id = @id`,
    { resource, id },
  );
}

export function reservationsOf(sql: Sql, resource: string): ReservationRow[] {
  return sql.all<ReservationRow>(
    `SELECT ${columns} FROM reservations WHERE resource = @resource ORDER BY start_at, id`,
    { resource },
  );
}

/** What the agent of a resource is to keep. */
export function wantedOf(sql: Sql, resource: string, now: number): WantedReservations['wanted'] {
  return reservationsOf(sql, resource)
    .filter(({ state, endsAt }) => (state === 'asked' || state === 'kept') && endsAt > now)
    .map(({ id, startsAt, endsAt, slots }) => ({ id, startMs: startsAt, endMs: endsAt, slots }));
}

export function setState(
  sql: Sql,
  { id, state, handle, reason }: Pick<ReservationRow, 'id' | 'state' | 'handle' | 'reason'>,
): void {
  sql.run('UPDATE reservations SET state = @state, handle = @handle, reason = @reason WHERE id = @id', {
    id,
    state,
    handle,
    reason,
  });
}

export function removeReservation(sql: Sql, id: string): void {
  sql.run('DELETE FROM reservations WHERE id = @id', { id });
}

/** Forgets those whose time was over before a moment; returns how many. */
export function forgetReservations(sql: Sql, before: number): number {
  return sql.run('DELETE FROM reservations WHERE end_at < @before', { before });
}

/** The id of a job that is to run in a reservation and is not over; undefined where there is none. */
export function jobIn(sql: Sql, id: string): string | undefined {
  return sql.get<{ id: string }>('SELECT id FROM jobs WHERE reservation = @id AND ended_at IS NULL LIMIT 1', {
    id,
  })?.id;
}

/**
 * The resource that keeps room for jobs of an owner. Throws a Refusal `reservation-refused` where there is no such
 * reservation of theirs, or it is kept for an agreement, which is whoever's that is, or its time is over, or it is not kept yet: a task that came before it would fail.
 */
export function resourceKeeping(sql: Sql, owner: string, id: string, now: number): string {
  const found = sql.get<Pick<ReservationRow, 'resource' | 'state'>>(
    `SELECT resource, state FROM reservations JOIN resources ON resources.name = resource
     WHERE id = @id AND owner = @owner AND deal IS NULL AND state IN ('asked', 'kept') AND end_at > @now`,
    { id, owner, now },
  );
  if (found?.state === 'asked') {
    const next = `wait until it is, as ogm resource reservations ${found.resource} tells`;
    throw new Refusal(failure('reservation-refused', `reservation '${id}' is not kept yet`, next));
  }
  if (found !== undefined) return found.resource;
  const detail = `there is no reservation '${id}' on a resource of yours that is not over`;
  throw new Refusal(failure('reservation-refused', detail, 'see yours with ogm resource reservations NAME'));
}
