import type { Changed } from '../../platform/changed.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  longestReadMs,
  mostReadBytes,
  type Printed,
  type PrintedStream,
} from '../../protocol/agent/messages.ts';
import type { Dispatch } from './dispatch.ts';
import type { Said } from './live-output.ts';
import { refusal } from './owned.ts';
import type { JobReader, Listed } from './reading.ts';
import { resultOf } from './views.ts';

export interface PrintingParts {
  readonly reader: Pick<JobReader, 'task'>;
  readonly changed: Pick<Changed, 'until' | 'isClosed'>;
  /** Asks the nodes on which programs run. */
  readonly node: Pick<Dispatch, 'read'>;
  /** How long a request may wait, in milliseconds, whatever it says. */
  readonly longestWaitMs: number;
  readonly clock: Clock;
}

/** Which task prints, for whom, and where to. */
export interface Source {
  readonly owner: string;
  readonly job: string;
  readonly task: number;
  readonly stream: PrintedStream;
}

/** Which part of it is wanted. */
export interface WantedPart {
  readonly from: number;
  /** Bytes, at most; 0 asks only how many there are. */
  readonly most: number;
  /** The attempt that it must be of; any unless given. */
  readonly attempt?: number | undefined;
  /** How long to wait for the first byte, in milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** What a task has printed: all of it once it has ended, before that the part that its node tells, as far as that goes. */
export type PrintedNow =
  | { readonly kind: 'all'; readonly attempt: number; readonly printed: Printed }
  | { readonly kind: 'part'; readonly attempt: number; readonly bytes: Buffer; readonly size: number };

/** Bytes of one part that is asked of a node: several messages of it. */
const mostPartBytes = 1024 * 1024;

/** What tasks print, from the first byte on and while they run. */
export class Printing {
  readonly #parts: PrintingParts;

  constructor(parts: PrintingParts) {
    this.#parts = parts;
  }

  /**
   * What is there, or comes in time. Throws a Refusal: `not-found`; `attempt-over` where another attempt has begun than
   * the one that is wanted; `node-silent` or `node-busy` where its node tells nothing just now.
   */
  async look(source: Source, wanted: WantedPart): Promise<PrintedNow> {
    const { clock, longestWaitMs } = this.#parts;
    const waitMs = Math.min(wanted.waitMs, longestWaitMs);
    const ends = clock.now() + waitMs;
    let isOver = waitMs === 0;
    // By the timer alone: the time of day, which says about how much is left, may be set back meanwhile.
    const cancel = clock.after(waitMs, () => {
      isOver = true;
    });
    try {
      return await this.#lookUntil(source, wanted, () =>
        isOver ? 0 : Math.min(waitMs, Math.max(0, ends - clock.now())),
      );
    } finally {
      cancel();
    }
  }

  async #lookUntil(source: Source, wanted: WantedPart, leftMs: () => number): Promise<PrintedNow> {
    const { reader, changed } = this.#parts;
    const { signal, most } = wanted;
    for (;;) {
      const { job, task } = await reader.task(source.owner, source.job, source.task);
      const attempt = task.row?.attempt ?? 0;
      if (wanted.attempt !== undefined && wanted.attempt !== attempt) throw over(source);
      const result = task.row && resultOf(task.row);
      if (result !== undefined) return { kind: 'all', attempt, printed: result[source.stream] };
      const waitMs = leftMs();
      const said = await this.#ask(source, task, { ...wanted, waitMs });
      const { bytes, size } = said ?? { bytes: Buffer.alloc(0), size: 0 };
      if (bytes.length > 0 || (said !== undefined && most === 0))
        return { kind: 'part', attempt, bytes: await this.#more(source, task, wanted, bytes), size };
      if (leftMs() === 0 || signal.aborted || changed.isClosed) return { kind: 'part', attempt, bytes, size };
      if (said?.isOpen === true && waitMs > longestReadMs) continue; // it waited for as long as it may
      // Nothing comes before it has moved: until then it waits, or its results are on their way.
      await changed.until({
        topic: job.job,
        ask: () => reader.task(source.owner, source.job, source.task),
        isEnough: (now) =>
          now.task.row?.state !== task.row?.state || now.task.row?.attempt !== task.row?.attempt,
        waitMs: leftMs(),
        signal,
      });
    }
  }

  /** What follows, while the node has it at hand. */
  async #more(source: Source, task: Listed, wanted: WantedPart, first: Buffer): Promise<Buffer> {
    const pieces = [first];
    let length = first.length;
    const most = Math.min(wanted.most, mostPartBytes);
    for (let last = first.length; last === mostReadBytes && length < most; length += last) {
      const rest = { ...wanted, from: wanted.from + length, most: most - length, waitMs: 0 };
      const said = await this.#ask(source, task, rest).catch(() => undefined);
      last = said?.bytes.length ?? 0;
      if (said !== undefined) pieces.push(said.bytes);
    }
    return Buffer.concat(pieces);
  }

  /** Asks the node of a task, where one runs it. */
  async #ask(source: Source, { row }: Listed, wanted: WantedPart): Promise<Said | undefined> {
    if (row?.state !== 'started' && row?.state !== 'staging-out') return undefined;
    const { job, task, stream } = source;
    const { from, most, waitMs, signal } = wanted;
    return this.#parts.node.read(
      row.resource,
      {
        ...{ task: `${job}.${task}`, attempt: row.attempt, stream, offset: from },
        most: Math.min(most, mostReadBytes),
        waitMs: Math.min(waitMs, longestReadMs),
      },
      signal,
    );
  }
}

function over({ job, task }: Source) {
  return refusal('attempt-over', `task ${task} of job ${job} is in another attempt by now`);
}
