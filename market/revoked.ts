import type { Sql } from '../platform/store/store.ts';

/** What its sender takes back: a Tell by Untell, a Watch by Unwatch. */
export interface Revoked {
  readonly kind: 'tell' | 'watch';
  readonly sender: string;
  readonly id: string;
}

/** How long it is remembered, in milliseconds, so that what takes it back is answered as before when it comes again. */
const rememberedMs = 86_400_000;

/** Remembers what was taken back at `now`, of the latest `most`. */
export function remember(sql: Sql, { kind, sender, id }: Revoked, now: number, most: number): void {
  const number = sql.insert(
    'INSERT OR REPLACE INTO revoked (kind, sender, id, expires_at) VALUES (@kind, @sender, @id, @until)',
    { kind, sender, id, until: now + rememberedMs },
  );
  sql.run('DELETE FROM revoked WHERE number <= @oldest', { oldest: number - most });
}

/** Whether it is remembered that this was taken back. */
export function isRemembered(sql: Sql, { kind, sender, id }: Revoked, now: number): boolean {
  const known = sql.get(
    'SELECT 1 FROM revoked WHERE kind = @kind AND sender = @sender AND id = @id AND expires_at > @now',
    { kind, sender, id, now },
  );
  return known !== undefined;
}

/** Forgets at most `most` of those that nobody repeats any more, and counts them. */
export function forgetRevoked(sql: Sql, now: number, most: number): number {
  // They are forgotten in the order in which they were taken back, which is that of their numbers.
  return sql.run(
    `DELETE FROM revoked WHERE number IN (SELECT number FROM revoked ORDER BY number LIMIT @most)
     AND expires_at <= @now`,
    { now, most },
  );
}
