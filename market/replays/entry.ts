import { parentPort, workerData } from 'node:worker_threads';
import type { RebuildingBounds, Reply, Request } from './messages.ts';
import { Rebuilt } from './rebuilt.ts';

/** What runs in the thread of `thread.ts`. */

if (parentPort === null) throw new Error('this is run in a thread, by thread.ts');
answer(parentPort, new Rebuilt(workerData as RebuildingBounds));

function answer(port: NonNullable<typeof parentPort>, rebuilt: Rebuilt): void {
  port.on('message', (request: Request) => {
    port.postMessage(replyOf(rebuilt, request));
  });
}

function replyOf(rebuilt: Rebuilt, request: Request): Reply {
  try {
    return { value: rebuilt.take(request) };
  } catch (error) {
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
