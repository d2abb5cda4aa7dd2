import { Worker } from 'node:worker_threads';
import { siblingModule } from '../../platform/sibling.ts';
import type { RebuildingBounds, Replies, Reply, Request } from './messages.ts';

/** Why a thread is no more: it needed more memory than it may have, it was ended, or it died of a fault of ours. */
export type ThreadEnd = 'memory' | 'ended' | { readonly fault: unknown };

/** What a call comes to when the thread ends before it has answered. */
export class ThreadEnded extends Error {
  readonly why: ThreadEnd;

  constructor(why: ThreadEnd) {
    super('the thread has ended', typeof why === 'string' ? undefined : { cause: why.fault });
    this.why = why;
  }
}

type Call = PromiseWithResolvers<Replies[Request['kind']]>;

const mebibyte = 1024 * 1024;

/**
 * A thread with a heap of its own, in which the market is built again: what it takes of time and memory, the event loop and
 * the heap of the market do not feel. One thing is asked of it at a time.
 */
export class ReplayThread {
  readonly #worker: Worker;
  #call: Call | undefined;
  #end: ThreadEnd | undefined;

  /** `memoryBytes` bounds its heap. */
  constructor(bounds: RebuildingBounds, memoryBytes: number) {
    this.#worker = new Worker(siblingModule(import.meta.url, './entry'), {
      workerData: bounds,
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(memoryBytes / mebibyte) },
      // What this process was told to load or to watch is not for its threads.
      execArgv: [],
      name: 'replay',
    });
    this.#worker.on('message', (reply: Reply) => this.#answered(reply));
    this.#worker.on('error', (error) => this.#over(isOfMemory(error) ? 'memory' : { fault: error }));
    this.#worker.on('exit', () => this.#over('ended'));
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Rejects with ThreadEnded when the thread ends first. */
  async call<K extends Request['kind']>(request: Request & { readonly kind: K }): Promise<Replies[K]> {
    if (this.#end !== undefined) throw new ThreadEnded(this.#end);
    if (this.#call !== undefined) throw new Error('one thing is asked of a thread at a time');
    this.#call = Promise.withResolvers();
    this.#worker.postMessage(request);
    return (await this.#call.promise) as Replies[K];
  }

  /** Ends it at once, whatever it is doing; resolves when it is gone. */
  async end(): Promise<void> {
    this.#over('ended');
    await this.#worker.terminate();
  }

  #answered(reply: Reply): void {
    const call = this.#call;
    this.#call = undefined;
    if ('fault' in reply) call?.reject(new Error(`the market of then failed: ${reply.fault}`));
    else call?.resolve(reply.value);
  }

  #over(why: ThreadEnd): void {
    this.#end ??= why;
    this.#call?.reject(new ThreadEnded(this.#end));
    this.#call = undefined;
  }
}

function isOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
