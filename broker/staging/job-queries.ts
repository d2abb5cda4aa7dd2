import type { Sql } from '../../platform/store/store.ts';

/** What staging asks of jobs, whose tables stand in the same store. */
export interface JobQueries {
  owner(sql: Sql, job: number): string | undefined;
  /** Whether a resource has a task, not over, of a job that holds this blob, which is named by its row. */
  hasTaskWith(sql: Sql, resource: string, blob: number): boolean;
}

export const jobQueries: JobQueries & { ownerById(sql: Sql, id: string): string | undefined } = {
  ownerById: (sql, id) => sql.get<{ owner: string }>('SELECT owner FROM jobs WHERE id = @id', { id })?.owner,
  owner: (sql, job) => sql.get<{ owner: string }>('SELECT owner FROM jobs WHERE job = @job', { job })?.owner,
  hasTaskWith: (sql, resource, blob) =>
    sql.get(
      `SELECT 1 FROM tasks JOIN blob_claims ON blob_claims.job = tasks.job AND blob_claims.blob = @blob
       WHERE tasks.state IN ('held', 'staging-in', 'started', 'staging-out', 'lost') AND tasks.resource = @resource LIMIT 1`,
      { resource, blob },
    ) !== undefined,
};
