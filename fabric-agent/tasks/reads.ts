import { open } from 'node:fs/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { AgentMessage, Output, Read } from '../../protocol/agent/messages.ts';
import type { AttemptKey, BackEnd } from '../back-ends/back-end.ts';
import type { Attempt } from './attempt.ts';
import { pause } from './pause.ts';
import { asFile } from './places.ts';

export interface ReadsOptions {
  readonly backEnd: Pick<BackEnd, 'place'>;
  /** How an attempt stands; undefined where there is nothing of it. */
  readonly attempt: (key: AttemptKey) => Attempt | undefined;
  readonly send: (message: AgentMessage) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Reads (a count) that are answered at once; each may keep one answer that is not acknowledged yet. */
const mostAtOnce = 64;

/** How often, in milliseconds, it is looked whether something was printed, while somebody waits for it. */
const lookMs = 100;

/** Answers brokers that read what programs print while they run. Nothing is looked at unless somebody asks. */
export class Reads {
  readonly #options: ReadsOptions;
  readonly #stopped = new AbortController();
  #underWay = 0;

  constructor(options: ReadsOptions) {
    this.#options = options;
  }

  take(read: Read): void {
    if (this.#underWay >= mostAtOnce) {
      this.#say(read, nothing, 'busy');
      return;
    }
    this.#underWay += 1;
    void this.#answer(read)
      .catch((error: unknown) =>
        this.#options.log.debug('what a program printed could not be read', { task: read.task, error }),
      )
      .finally(() => {
        this.#underWay -= 1;
      });
  }

  /** Nobody is answered any more. */
  stop(): void {
    this.#stopped.abort(new Error('the agent stops'));
  }

  async #answer(read: Read): Promise<void> {
    // Counted by looks, not by a clock that somebody may set.
    for (let leftMs = read.waitMs; ; leftMs -= lookMs) {
      // Looked at before the file: of what has ended, all is in it then.
      const state = stateOf(this.#options.attempt(read));
      const seen = state === 'absent' ? nothing : await this.#look(read);
      // Forgotten meanwhile, its folder may have been another task's by then.
      const found = this.#options.attempt(read) === undefined ? nothing : seen;
      const isWaiting = state === 'open' && found.bytes.length === 0 && read.most > 0;
      if (!isWaiting || leftMs <= 0) return this.#say(read, found, state);
      await pause(this.#options.clock, Math.min(lookMs, leftMs), this.#stopped.signal);
    }
  }

  async #look({ task, attempt, stream, offset, most }: Read): Promise<Found> {
    const file = this.#options.backEnd.place({ task, attempt })[stream];
    // It is not there before something runs, and whatever else has taken its place is none of it.
    await using handle = await open(file, asFile).catch(() => undefined);
    const stats = await handle?.stat();
    if (handle === undefined || !stats?.isFile()) return nothing;
    const length = Math.max(0, Math.min(most, stats.size - offset));
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
    return { bytes: buffer.subarray(0, bytesRead), size: stats.size };
  }

  #say({ task, attempt, ask }: Read, { bytes, size }: Found, state: Output['state']): void {
    this.#options.send({ type: 'output', task, attempt, ask, bytes: bytes.toString('base64'), size, state });
  }
}

interface Found {
  readonly bytes: Buffer;
  readonly size: number;
}

const nothing: Found = { bytes: Buffer.alloc(0), size: 0 };

function stateOf(attempt: Attempt | undefined): Output['state'] {
  if (attempt === undefined) return 'absent';
  return attempt.stage === 'collecting' || attempt.stage === 'ended' ? 'closed' : 'open';
}
