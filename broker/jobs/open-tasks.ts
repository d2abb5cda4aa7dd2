import type { Sql } from '../../platform/store/store.ts';
import { type TaskRow, taskColumns } from './rows.ts';

/** The tasks of a job that were tried and are not over. */
export function openTasks(sql: Sql, job: number): TaskRow[] {
  return (['matching', 'held', 'staging-in', 'started', 'staging-out', 'lost'] as const).flatMap((state) =>
    sql.all<TaskRow>(
      `SELECT ${taskColumns} FROM tasks WHERE state = @state AND job = @job AND state <> 'done'`,
      { state, job },
    ),
  );
}
