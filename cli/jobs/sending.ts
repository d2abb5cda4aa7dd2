import { randomUUID } from 'node:crypto';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { JobView, TaskFile } from '../../protocol/jobs/job.ts';
import type { Context } from '../commands/context.ts';
import { brokerClients } from './clients.ts';
import { type InputFile, inputFiles } from './inputs.ts';
import type { After, Taken } from './predecessors.ts';
import { type SweepOrder, sendSweep } from './sweeps.ts';

/** What a command line says of a job beside its program. */
export interface JobOptions {
  /** Paths of files and directories to send. */
  readonly input?: readonly string[];
  readonly output?: string[];
  readonly tasks?: number;
  readonly name?: string;
  readonly resource?: string[];
  readonly repeatable?: true;
  readonly priority?: number;
  readonly reservation?: string;
  /** Jobs that have to be over before it begins. */
  readonly after?: After[];
  /** Files that other jobs leave. */
  readonly inputFrom?: Taken[];
  /** How many of its tasks may be with nodes at once. */
  readonly atOnce?: number;
  /** Tasks that a plan or a CSV file makes; then `words` count for nothing. */
  readonly sweep?: SweepOrder | undefined;
  /** The Id of the agreement under which it runs. */
  readonly agreement?: string;
}

/** A job whose files are yet to be sent. */
export interface JobOrder extends JobOptions {
  readonly application: string;
  readonly words: readonly string[];
}

/** Sends the files of a job, and submits it. */
export async function sendJob(context: Context, order: JobOrder, signal: AbortSignal): Promise<JobView> {
  const { out, config } = context;
  const { jobs, blobs } = brokerClients(context);
  const inputs: TaskFile[] = [];
  const files = await inputFiles(order.input ?? [], config.client['result-entries']);
  const send = async ({ file, path, executable }: InputFile): Promise<TaskFile> => {
    const progress = (done: number, total: number) =>
      out.progress(`sending ${path} (${done} of ${total} bytes)`);
    const { blob } = await blobs.upload(file, { signal, progress });
    return { path, blob, executable };
  };
  for (const file of files) inputs.push(await send(file));
  const sendOne = async (path: string) => {
    const [file] = await inputFiles([path], 1);
    if (file === undefined) throw new Refusal(failure('bad-files', `${path} holds no file`));
    return send(file);
  };
  const swept = order.sweep && (await sendSweep(context, order.sweep, sendOne, signal));
  const { application, words, output, tasks, name, resource, repeatable, priority, reservation, agreement } =
    order;
  const outputs = output ?? swept?.outputs;
  return jobs.submit(
    {
      request: randomUUID(),
      application,
      arguments: swept?.arguments ?? [...words],
      inputs: [...inputs, ...(swept?.inputs ?? [])],
      ...(outputs === undefined ? {} : { outputs }),
      ...(tasks === undefined ? {} : { tasks }),
      ...(swept === undefined ? {} : { tasks: swept.tasks, parameters: swept.parameters }),
      ...(order.after === undefined ? {} : { after: order.after }),
      ...(order.inputFrom === undefined ? {} : { inputsFrom: order.inputFrom }),
      ...(order.atOnce === undefined ? {} : { atOnce: order.atOnce }),
      ...(name === undefined ? {} : { name }),
      ...(resource === undefined ? {} : { resources: resource }),
      ...(reservation === undefined ? {} : { reservation }),
      ...(agreement === undefined ? {} : { agreement }),
      ...(repeatable === undefined ? {} : { repeatable }),
      ...(priority === undefined ? {} : { priority }),
    },
    { signal },
  );
}
