import type { Sql } from '../../platform/store/store.ts';
import type { OpenAttempt } from '../deals/costs.ts';
import type { TaskKey } from './rows.ts';

interface Row {
  readonly cpus: number;
  readonly gpus: number;
  readonly memory: number;
  readonly limitMs: number | null;
}

const columns = 'cpus, gpus, memory, limit_ms AS limitMs';

/** What of an agreement nodes have in their hands, those together that are like each other. */
export function underWay(sql: Sql, agreement: string): readonly OpenAttempt[] {
  const text = `SELECT ${columns}, count(*) AS count FROM agreement_attempts WHERE agreement = @agreement
    GROUP BY cpus, gpus, memory, limit_ms`;
  const rows = sql.all<Row & { readonly count: number }>(text, { agreement });
  return rows.map((row) => ({ ...openOf(row), count: row.count }));
}

/** Whether nodes have nothing of an agreement in their hands. */
export function isIdle(sql: Sql, agreement: string): boolean {
  const text = 'SELECT 1 AS one FROM agreement_attempts WHERE agreement = @agreement LIMIT 1';
  return sql.get(text, { agreement }) === undefined;
}

/** When the last lease is over of what nodes were let start of an agreement; undefined where nothing was. */
export function lastLease(sql: Sql, agreement: string): number | undefined {
  const row = sql.get<{ last: number | null }>(
    `SELECT max(lease_until) AS last FROM agreement_attempts JOIN tasks USING (job, number, attempt)
     WHERE agreement = @agreement AND state = 'started'`,
    { agreement },
  );
  return row?.last ?? undefined;
}

/** What an attempt takes that a node has in its hands; undefined where that is of no agreement. */
export function attemptUnderWay(
  sql: Sql,
  { job, number }: TaskKey,
  attempt: number,
): OpenAttempt | undefined {
  const row = sql.get<Row>(
    `SELECT ${columns} FROM agreement_attempts WHERE job = @job AND number = @number AND attempt = @attempt`,
    { job, number, attempt },
  );
  return row && openOf(row);
}

/** A node gets an attempt under an agreement. */
export function begun(
  sql: Sql,
  { job, number, attempt }: TaskKey & { readonly attempt: number },
  agreement: string,
  { slot, limitMs }: OpenAttempt,
): void {
  sql.run(
    `INSERT INTO agreement_attempts (job, number, attempt, agreement, limit_ms, cpus, gpus, memory)
     VALUES (@job, @number, @attempt, @agreement, @limitMs, @cpus, @gpus, @memory)`,
    { job, number, attempt, agreement, limitMs, ...slot },
  );
}

/** No node has it any more. */
export function over(sql: Sql, { job, number }: TaskKey): void {
  sql.run('DELETE FROM agreement_attempts WHERE job = @job AND number = @number', { job, number });
}

function openOf({ limitMs, cpus, gpus, memory }: Row): OpenAttempt {
  return { slot: { cpus, gpus, memory }, limitMs };
}
