import { setTimeout as pause } from 'node:timers/promises';
import type { TaskState } from '../../protocol/jobs/states.ts';
import type { Context } from '../commands/context.ts';
import { passTo } from '../commands/streams.ts';
import { brokerClients } from './clients.ts';

/** How long it takes, in milliseconds, before a program that has printed nothing new is asked for again. */
const pauseMs = 500;

/** The states in which a task prints nothing more. */
const ended: ReadonlySet<TaskState> = new Set(['done', 'failed', 'lost', 'cancelled']);

/** Prints what a task has printed; where it is followed, what it prints until it ends. */
export async function printLogs(
  context: Context,
  { id, task, stream }: { readonly id: string; readonly task: number; readonly stream: 'stdout' | 'stderr' },
  follow: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { jobs } = brokerClients(context);
  for (let from = 0; ; ) {
    // How it stands is asked first: what it printed before it ended is then all there.
    const { state } = await jobs.task(id, task, { signal });
    const bytes = await passTo(jobs.printed(id, task, stream, from, { signal }), process.stdout);
    from += bytes;
    if (!follow || ended.has(state)) return;
    if (bytes === 0) await pause(pauseMs, undefined, { signal });
  }
}
