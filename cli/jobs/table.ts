import type { JobsClient } from '../../client/index.ts';
import { csvLine } from '../../client/sweeps/csv.ts';
import type { TaskState } from '../../protocol/jobs/states.ts';
import type { TableRow } from '../../protocol/jobs/table.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';

export interface TableOrder {
  readonly job: string;
  readonly state?: TaskState | undefined;
  /** Files of tasks whose first line is a column each; `{task}` and `${name}` stand for what they are of a task. */
  readonly files: readonly string[];
  readonly form: 'table' | 'csv' | 'json';
}

/** Bytes of a file that are read for a cell. */
const cellBytes = 1024;
/** Files (a count) that are read at once. */
const mostAtOnce = 8;

/** Prints what became of the tasks of a job, a line each: parameters, state, exit code, attempts, seconds, and files. */
export async function printTable(
  jobs: Pick<JobsClient, 'table' | 'beginning'>,
  { job, state, files, form }: TableOrder,
  { out, signal }: { readonly out: Output; readonly signal: AbortSignal },
): Promise<void> {
  const lines: string[][] = [];
  let isFirst = true;
  for await (const { parameters, rows } of jobs.table(job, state, { signal })) {
    const heads = ['task', ...parameters, 'state', 'exit', 'attempts', 'seconds', ...files, 'reason'];
    if (isFirst && form === 'csv') out.print(csvLine(heads));
    if (isFirst) lines.push(heads.map((head) => head.toUpperCase()));
    isFirst = false;
    for (let from = 0; from < rows.length; from += mostAtOnce) {
      const some = rows.slice(from, from + mostAtOnce);
      const cells = await Promise.all(
        some.map((row) =>
          Promise.all(files.map((path) => cellOf(jobs, job, filledPath(path, parameters, row), row, signal))),
        ),
      );
      for (const [index, row] of some.entries()) {
        const left = cells[index] ?? [];
        if (form === 'json') out.print(JSON.stringify(objectOf(row, parameters, files, left)));
        else if (form === 'csv') out.print(csvLine(lineOf(row, parameters, left)));
        else lines.push(lineOf(row, parameters, left).map(plain));
      }
    }
  }
  if (form === 'table') for (const line of table(lines)) out.print(line);
}

function filledPath(path: string, names: readonly string[], row: TableRow): string {
  return path.replaceAll(/\$\{(\w+)\}|\{task\}/g, (place, name?: string) => {
    if (name === undefined || name === 'task') return String(row.of);
    return row.parameters[names.indexOf(name)] ?? place;
  });
}

/** The first line of a file that a task left; nothing where it left none. */
async function cellOf(
  jobs: Pick<JobsClient, 'beginning'>,
  job: string,
  path: string,
  { number, state }: TableRow,
  signal: AbortSignal,
): Promise<string | null> {
  if (state === 'matching' || state === 'held' || state === 'cancelled') return null;
  const bytes = await jobs.beginning({ job, task: number, path }, cellBytes, { signal });
  return bytes === undefined ? null : (new TextDecoder().decode(bytes).split(/\r?\n/, 1)[0] ?? '').trim();
}

function lineOf(row: TableRow, names: readonly string[], cells: readonly (string | null)[]): string[] {
  const { of, state, exit, attempts, seconds, reason } = row;
  const said = [state, exit, attempts, seconds, ...cells, reason].map((cell) =>
    cell === null ? '' : String(cell),
  );
  return [String(of), ...names.map((_, index) => row.parameters[index] ?? ''), ...said];
}

function objectOf(
  { number, of, parameters, state, exit, attempts, seconds, resource, reason }: TableRow,
  names: readonly string[],
  files: readonly string[],
  cells: readonly (string | null)[],
): object {
  return {
    ...{ task: of, number, state, exit, attempts, seconds, resource, reason },
    parameters: Object.fromEntries(names.map((name, index) => [name, parameters[index] ?? ''])),
    files: Object.fromEntries(files.map((path, index) => [path, cells[index] ?? null])),
  };
}

/** What a terminal would take for something else is left out. */
function plain(cell: string): string {
  return cell.replaceAll(/\p{Cc}|\p{Cf}/gu, '?');
}
