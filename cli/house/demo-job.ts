import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { JobEvent, TaskFile } from '../../protocol/jobs/job.ts';
import { brokerClients } from '../jobs/clients.ts';
import { fetchResults } from '../jobs/results.ts';
import { taskLine } from '../jobs/words.ts';
import type { Demo } from './demo.ts';

/** How many tasks it has. */
export const tasks = 3;
const files = ['heat.mjs', 'rod.txt'];
/** Each task takes a hundred steps more than the one before. */
const words = ['heat.mjs', 'rod.txt', '{task}00'];

/** How long the job may take in all. */
const patienceMs = 60_000;

/** The states in which nothing happens to a job any more. */
const ends: ReadonlySet<string | null> = new Set(['FINISHED', 'FAILED', 'CANCELLED']);

/** Has the broker run a job of a few tasks under an agreement, and shows what becomes of it and what it left, as `ogm submit` does. */
export async function showJob(demo: Demo, application: string, agreement: string): Promise<void> {
  const { out, context, signal } = demo;
  const { jobs, blobs } = brokerClients(context);
  const named = files.map((file) => `--input ${file}`).join(' ');
  const command = `ogm submit --agreement ${agreement} --tasks ${tasks} ${named} -- ${words.join(' ')}`;
  out.print(`\n${out.paint('bold', command)}`);
  const inputs: TaskFile[] = [];
  for (const path of files) {
    const { blob } = await blobs.upload(demo.fileOf(path), { signal });
    inputs.push({ path, blob, executable: false });
  }
  const request = { request: randomUUID(), agreement, application, arguments: words, inputs, tasks };
  const { id } = await jobs.submit(request, { signal });
  await follow(demo, id);
  for await (const task of jobs.tasks(id, undefined, { signal })) {
    if (task.state !== 'done') throw new Error(taskLine(task));
    const folder = join(demo.results, String(task.number));
    const place = { folder, isChosen: true };
    const { files: came } = await fetchResults(blobs, task.outputs, place, { signal, progress: () => {} });
    const said = await text(jobs.printed(id, task.number, 'stdout', 0, { signal }));
    out.print(`  task ${task.number}: ${said.trimEnd()}; came back: ${came.join(', ')}`);
  }
}

/** Shows what becomes of a job until it is over, or should have been: its tasks tell then why it is not. */
async function follow({ context, out, signal }: Demo, id: string): Promise<void> {
  const late = AbortSignal.timeout(patienceMs);
  try {
    const { jobs } = brokerClients(context);
    for await (const event of jobs.events({ job: id, signal: AbortSignal.any([signal, late]) })) {
      out.print(out.paint('dim', `  ${happened(event)}`));
      if (event.task === null && ends.has(event.state)) return;
    }
  } catch (error) {
    if (!late.aborted) throw error;
  }
}

function happened({ task, kind, state, text: said }: JobEvent): string {
  const who = task === null ? 'the job' : `task ${task}`;
  const what = kind === 'state' ? state : kind;
  return [who, what, said].filter((word) => word !== null).join(' ');
}
