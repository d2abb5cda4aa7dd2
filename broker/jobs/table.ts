import type { Store } from '../../platform/store/store.ts';
import type { ExitView } from '../../protocol/jobs/job.ts';
import type { TaskState } from '../../protocol/jobs/states.ts';
import type { TableRow } from '../../protocol/jobs/table.ts';
import type { OwnOfTask } from './own.ts';
import type { JobReader, Listed } from './reading.ts';
import { untried } from './reading.ts';
import type { JobRow } from './rows.ts';
import { RowReader } from './task-rows.ts';
import { resultOf } from './views.ts';

export interface TablePage {
  readonly parameters: string[];
  readonly rows: TableRow[];
  readonly next: string | null;
}

/** What became of the tasks of a job, with their parameters: a page by number. */
export class JobTable {
  readonly #store: Store;
  readonly #reader: Pick<JobReader, 'tasks'>;
  readonly #mostAPage: number;

  /** @param mostAPage rows (a count) */
  constructor(store: Store, reader: Pick<JobReader, 'tasks'>, mostAPage: number) {
    this.#store = store;
    this.#reader = reader;
    this.#mostAPage = mostAPage;
  }

  async page(
    owner: string,
    id: string,
    asked: {
      readonly after?: number | undefined;
      readonly limit?: number | undefined;
      readonly state?: TaskState | undefined;
    },
  ): Promise<TablePage> {
    const most = Math.min(asked.limit ?? this.#mostAPage, this.#mostAPage);
    const wanted = { after: asked.after, most, state: asked.state };
    const { job, tasks } = await this.#reader.tasks(owner, id, wanted);
    const last = tasks.length < most ? undefined : tasks.at(-1);
    const next = last === undefined ? null : String(last.number);
    return this.#store.read((sql) => {
      const text = `SELECT json_extract(text, '$.names') AS names FROM job_texts WHERE job = @job`;
      const names = sql.get<{ names: string | null }>(text, { job: job.job })?.names ?? '[]';
      const own = new RowReader();
      const rows = tasks.map((task) => rowOf(job, task, own.of(sql, job.job, task.number)));
      return { parameters: JSON.parse(names) as string[], rows, next };
    });
  }
}

function rowOf(job: JobRow, { number, row }: Listed, own: OwnOfTask): TableRow {
  const result = row && resultOf(row);
  const ended = result?.exit;
  return {
    number,
    of: own.number ?? number,
    parameters: [...own.parameters],
    state: row?.state ?? untried(job),
    exit: ended === undefined ? null : codeOf(ended),
    attempts: row?.attempt ?? 0,
    seconds: ended === undefined ? null : secondsOf(ended),
    resource: row?.resource ?? null,
    reason: row?.reason ?? null,
  };
}

/** As a shell would give it. */
function codeOf({ kind, code }: ExitView): number | null {
  if (code === null) return null;
  return kind === 'exited' ? code : kind === 'signalled' ? 128 + code : null;
}

function secondsOf({ startedAt, endedAt }: ExitView): number | null {
  return startedAt === null || endedAt === null ? null : Math.max(0, endedAt - startedAt) / 1000;
}
