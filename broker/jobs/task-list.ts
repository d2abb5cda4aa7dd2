import { setImmediate as turn } from 'node:timers/promises';
import type { JobRequest } from '../../protocol/jobs/job.ts';
import { taskLine } from '../../protocol/jobs/job.ts';
import { jsonOf } from '../request.ts';
import { pathCheck } from './assignment.ts';
import type { Blobs } from './blobs.ts';
import type { OwnOfTask } from './own.ts';
import { refusal } from './owned.ts';
import type { JobSettings } from './settings.ts';
import { plainRows, RowsBuilder, type TaskRows } from './task-rows.ts';

type Bounds = Pick<JobSettings, 'most-tasks' | 'most-files' | 'task-size' | 'list-size'>;

/**
 * What the tasks of a job that is submitted have of their own; nothing where that is said in a blob that is not here for
 * its owner. Throws a Refusal `job-refused`.
 */
export async function rowsOf(
  request: JobRequest,
  { owner, blobs, bounds }: { readonly owner: string; readonly blobs: Blobs; readonly bounds: Bounds },
): Promise<TaskRows | undefined> {
  const { tasks } = request;
  const paths = pathCheck(request);
  if (typeof tasks === 'number') {
    checkCount(tasks, bounds);
    paths.check({ parameters: [], inputs: [] });
    return plainRows(tasks);
  }
  const rows = new RowsBuilder();
  const add = (row: OwnOfTask) => {
    paths.check(row);
    rows.add(row);
    checkCount(rows.count, bounds);
    if (rows.count * paths.count > mostPaths)
      throw refusal('job-refused', `the outputs of all its tasks are more than ${mostPaths} paths`);
    if (rows.files > bounds['most-files'])
      throw refusal('job-refused', `the tasks of a job name at most ${bounds['most-files']} files`);
  };
  if (Array.isArray(tasks)) {
    for (const parameters of tasks) add({ parameters, inputs: [] });
    return rows.done();
  }
  const file = await blobs.contentOf(owner, tasks.blob);
  if (file === undefined) return undefined;
  const most = bounds['list-size'];
  if (file.bytes > most) throw refusal('job-refused', `the list of its tasks has at most ${most} bytes`);
  for await (const line of linesOf(file.content, bounds['task-size'])) {
    add(ownIn(line, rows.count + 1));
    if (rows.count % linesATurn === 0) await turn();
  }
  if (rows.count === 0) throw refusal('job-refused', 'the list of its tasks has no line');
  return rows.done();
}

/** Paths (a count) that are looked at for one job: those of outputs that are not the same for all its tasks. */
const mostPaths = 10_000_000;
/** Lines (a count) that are read before everything else has its turn. */
const linesATurn = 1_000;

/** Whether a request says in a blob what its tasks are. */
export function isListed({ tasks }: JobRequest): boolean {
  return typeof tasks !== 'number' && 'blob' in tasks;
}

function checkCount(tasks: number, bounds: Bounds): void {
  const most = bounds['most-tasks'];
  if (tasks > most) throw refusal('job-refused', `a job has at most ${most} tasks`);
}

function ownIn(line: string, number: number): OwnOfTask {
  return jsonOf(line, taskLine, `line ${number} of the list of its tasks`, 'job-refused');
}

/** Text in lines, each of which has so many characters at most; what follows the last line end is a line too. */
async function* linesOf(content: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of content) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > most) throw tooLong(most);
    for (const line of lines) {
      if (line.length > most) throw tooLong(most);
      yield line;
    }
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

function tooLong(most: number) {
  return refusal('job-refused', `a line of the list of its tasks has at most ${most} bytes`);
}
