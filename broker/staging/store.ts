import type { Sql } from '../../platform/store/store.ts';
import type { Caller } from '../caller.ts';
import type { JobQueries } from './job-queries.ts';

/** A blob that is here. */
interface Blob {
  readonly id: number;
  readonly bytes: number;
  readonly usedAt: number;
}

/** The tables of staging: each verb is called with the `sql` of the verb or query that it is a part of. */
export class StagingTables {
  readonly #jobs: JobQueries;

  constructor(jobs: JobQueries) {
    this.#jobs = jobs;
  }

  /** The blob, where it is here and the caller may see it. */
  visible(sql: Sql, caller: Caller, hash: string): Blob | undefined {
    const blob = find(sql, hash);
    if (blob === undefined) return undefined;
    return sentBy(sql, caller, blob) || this.#ofJob(sql, caller, blob) ? blob : undefined;
  }

  /**
   * Makes a job hold those blobs that the caller may see; returns how large each of them is. The others it does not hold.
   */
  claim(sql: Sql, caller: Caller, job: number, hashes: Iterable<string>): Map<string, number> {
    const owner = caller.kind === 'user' ? caller.owner : this.#jobs.owner(sql, job);
    const claimed = new Map<string, number>();
    if (owner === undefined) return claimed;
    for (const hash of new Set(hashes)) {
      const blob = this.visible(sql, caller, hash);
      if (blob === undefined) continue;
      claimed.set(hash, blob.bytes);
      const row = { job, blob: blob.id, owner };
      sql.run('INSERT INTO blob_claims VALUES (@job, @blob, @owner) ON CONFLICT DO NOTHING', row);
    }
    return claimed;
  }

  /** How large those are that are here. */
  sizes(sql: Sql, hashes: readonly string[]): Map<string, number> {
    return new Map(
      hashes.flatMap((hash) => {
        const blob = find(sql, hash);
        return blob === undefined ? [] : [[hash, blob.bytes] as const];
      }),
    );
  }

  isHere(sql: Sql, hash: string): boolean {
    return find(sql, hash) !== undefined;
  }

  /** Lets go of all that a job holds. */
  release(sql: Sql, job: number): void {
    sql.run('DELETE FROM blob_claims WHERE job = @job', { job });
  }

  /** Notes that the caller has sent all of a blob. Returns whether it was not here before. */
  sent(sql: Sql, caller: Caller, hash: string, bytes: number, now: number): boolean {
    const key = Buffer.from(hash, 'hex');
    const isNew =
      sql.run('INSERT INTO blobs (hash, bytes, used_at) VALUES (@key, @bytes, @now) ON CONFLICT DO NOTHING', {
        key,
        bytes,
        now,
      }) > 0;
    this.used(sql, hash, now);
    sql.run(
      'INSERT INTO blob_senders SELECT id, @sender FROM blobs WHERE hash = @key ON CONFLICT DO NOTHING',
      { key, sender: senderName(caller) },
    );
    return isNew;
  }

  /** It is kept for a while from now, whether a job refers to it or not. */
  used(sql: Sql, hash: string, now: number): void {
    sql.run('UPDATE blobs SET used_at = max(used_at, @now) WHERE hash = @key', {
      key: Buffer.from(hash, 'hex'),
      now,
    });
  }

  /** Some of those that no job refers to, and that were sent before then. */
  unclaimed(sql: Sql, before: number, most: number): string[] {
    return sql
      .all<{ hash: Buffer }>(
        'SELECT hash FROM blobs WHERE claims = 0 AND used_at < @before ORDER BY used_at LIMIT @most',
        { before, most },
      )
      .map(({ hash }) => hash.toString('hex'));
  }

  /** Forgets a blob, unless a job refers to it by now or it was sent again: returns its bytes, or undefined. */
  drop(sql: Sql, hash: string, before: number): number | undefined {
    return sql.get<{ bytes: number }>(
      'DELETE FROM blobs WHERE hash = @key AND claims = 0 AND used_at < @before RETURNING bytes',
      { key: Buffer.from(hash, 'hex'), before },
    )?.bytes;
  }

  /** What files take that count for an owner. */
  usedBytes(sql: Sql, owner: string): number {
    const text = 'SELECT bytes FROM staging_used WHERE owner = @owner';
    return sql.get<{ bytes: number }>(text, { owner })?.bytes ?? 0;
  }

  totalBytes(sql: Sql): number {
    return sql.get<{ bytes: number }>('SELECT coalesce(sum(bytes), 0) AS bytes FROM blobs')!.bytes;
  }

  #ofJob(sql: Sql, caller: Caller, { id }: Blob): boolean {
    if (caller.kind === 'user') {
      if (caller.isAdministrator)
        return sql.get('SELECT 1 FROM blob_claims WHERE blob = @id LIMIT 1', { id }) !== undefined;
      const text = 'SELECT 1 FROM blob_claims WHERE blob = @id AND owner = @owner LIMIT 1';
      return sql.get(text, { id, owner: caller.owner }) !== undefined;
    }
    return this.#jobs.hasTaskWith(sql, caller.resource, id);
  }
}

function find(sql: Sql, hash: string): Blob | undefined {
  return sql.get<Blob & object>('SELECT id, bytes, used_at AS usedAt FROM blobs WHERE hash = @key', {
    key: Buffer.from(hash, 'hex'),
  });
}

function sentBy(sql: Sql, caller: Caller, { id }: Blob): boolean {
  const text = 'SELECT 1 FROM blob_senders WHERE blob = @id AND sender = @sender';
  return sql.get(text, { id, sender: senderName(caller) }) !== undefined;
}

/** As blob_senders has it. */
export function senderName(caller: Caller): string {
  return caller.kind === 'user' ? `user ${caller.owner}` : `agent ${caller.resource}`;
}
