import { open } from 'node:fs/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Printed } from '../../protocol/agent/messages.ts';
import type { ExitView } from '../../protocol/jobs/job.ts';
import type { AttemptKey, Place, RunOrder } from '../back-ends/back-end.ts';
import { buildEnvironment } from '../environment.ts';
import { overgrown } from '../local/overgrown.ts';
import { removeTree } from '../local/remove-tree.ts';
import type { emptySnapshot } from '../local/snapshot.ts';
import { createTurns, type Turns } from '../local/turns.ts';
import type { Admitted } from './admission.ts';
import type { Grant, Kept } from './attempt.ts';
import { type BlobAccess, BlobFault, hashOf } from './blobs.ts';
import { isFull } from './input-files.ts';
import type { InputShelf } from './input-shelf.ts';
import { bringInputs, broughtInputs } from './inputs.ts';
import { gatherOutputs, type OutputBounds } from './outputs.ts';
import { asFile, isEmpty, isGone, makePlace, readLittle, removeBare } from './places.ts';
import type { Result } from './results.ts';
import type { Send } from './sends.ts';
import { type Said, Speech } from './speech.ts';

export interface WorkerOptions {
  readonly place: (key: AttemptKey) => Place;
  readonly blobs: BlobAccess;
  /** What is kept of inputs. */
  readonly shelf: InputShelf;
  /** How many attempts (a count) fetch or send files at once. */
  readonly transfers: Turns;
  /** The owner's search path, and what the owner adds to every environment. */
  readonly path: string;
  readonly additions: ReadonlyMap<string, string>;
  readonly outputs: OutputBounds;
  /** How often it is looked what running programs have written and said, in milliseconds. */
  readonly watchMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Watching {
  readonly said: (said: Said) => void;
  /** It has taken more of the disk than it may: why, as a sentence. */
  readonly overgrown: (reason: string) => void;
}

export interface Collecting {
  /** What the user should know of what was left out. */
  readonly said: (said: Said) => void;
  /** There are blobs to be sent, and the first is about to be. */
  readonly sending: () => void;
}

/** Output of a program that is sent as it is, in bytes; more goes as a blob. */
const printedBytes = 2048;

/** What is done about the files of one attempt, from the folder to its removal. Nothing here starts or ends a program. */
export class Worker {
  readonly #options: WorkerOptions;
  /** Few at a time, so that the journal always finds a thread to be written by. */
  readonly #removals = createTurns(2);

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Brings the files of an attempt into its folder. Throws a {@link BlobFault} where they cannot be had. */
  async prepare(key: AttemptKey, kept: Kept, signal: AbortSignal): Promise<void> {
    const { transfers, shelf } = this.#options;
    const bytes = kept.inputs.reduce((sum, input) => sum + input.bytes, kept.diskBytes ?? 0);
    if (bytes > 0) await shelf.makeRoom(bytes);
    if (kept.inputs.length === 0) return; // the back end makes the folder
    const leave = await transfers.enter(signal);
    try {
      await this.#bring(key, kept, signal).catch(async (error: unknown) => {
        if (!isFull(error) || !(await shelf.giveWay())) throw error;
        await this.#bring(key, kept, signal);
      });
    } finally {
      leave();
      shelf.tell();
    }
  }

  async #bring(key: AttemptKey, { owner, inputs }: Kept, signal: AbortSignal): Promise<void> {
    const { blobs, shelf, outputs } = this.#options;
    const place = this.#options.place(key);
    makePlace(place);
    const bring = (blob: string, bytes: number, file: string) =>
      shelf.bring({ owner, blob, bytes }, file, () => blobs.fetch(blob, bytes, file, signal), signal);
    await bringInputs({ inputs, place, depth: outputs.depth, bring });
  }

  /** How its program is to run; `nowMs` by the back end's clock. */
  order(key: AttemptKey, kept: Kept, admitted: Admitted, grant: Grant, nowMs: number): RunOrder {
    const { place, path, additions } = this.#options;
    const { work, temporary } = place(key);
    const { argv, image, variables, timeMs, graceMs, outputBytes, memoryBytes, processes } = admitted;
    // What is killed at the end of its grace is gone before the lease is.
    const leaseEndMs = grant.leaseEndMs ?? Number.POSITIVE_INFINITY;
    return {
      ...key,
      argv,
      ...(image === undefined ? {} : { image }),
      environment: buildEnvironment({
        path,
        home: work,
        temporary,
        additions: new Map([...variables, ...additions]),
      }),
      latestStartMs: grant.latestStartMs,
      endMs: Math.min(nowMs + timeMs, leaseEndMs - graceMs),
      timeMs,
      leaseEndMs,
      graceMs,
      limits: { outputBytes, memoryBytes, processes },
      asks: { cpus: kept.cpus, memoryBytes: kept.memoryBytes },
      ...(kept.reservation === undefined ? {} : { reservation: kept.reservation }),
    };
  }

  /** Looks after a running program until it is told to stop, and then once more. */
  watch(key: AttemptKey, kept: Kept, admitted: Admitted, { said, overgrown: tooMuch }: Watching): Watch {
    const { place, watchMs, outputs, clock, log } = this.#options;
    const { work, temporary } = place(key);
    const speech = this.#speech(key);
    const quota = { resultBytes: admitted.diskBytes, resultEntries: outputs.entries, depth: outputs.depth };
    let before: Promise<typeof emptySnapshot> | undefined;
    let cancel = () => {};
    let looking: Promise<void> = Promise.resolve();
    const look = async (last: boolean) => {
      try {
        for (const one of await speech.look(last)) said(one);
        if (last) return;
        before ??= broughtInputs(kept.inputs, place(key));
        const reason = await overgrown([work, temporary], await before, quota);
        if (reason !== undefined) tooMuch(reason);
      } catch (error) {
        log.debug('what a program writes could not be looked at', { ...key, error });
      }
    };
    let stopped = false;
    const again = () => {
      cancel = clock.after(watchMs, () => {
        looking = look(false).then(() => {
          if (!stopped) again();
        });
      });
    };
    again();
    return {
      async stop() {
        stopped = true;
        cancel();
        await looking;
        await look(true);
      },
      abandon() {
        stopped = true;
        cancel();
      },
    };
  }

  /** Has the program of an attempt find an answer to its question. */
  answer(key: AttemptKey, text: string): Promise<void> {
    return this.#speech(key).answer(text);
  }

  #speech(key: AttemptKey): Speech {
    const { work, folder } = this.#options.place(key);
    return new Speech(work, `${folder}/heard.json`);
  }

  /** Sends what a program left and printed. */
  async collect(
    key: AttemptKey,
    kept: Kept,
    ended: { readonly exit: ExitView; readonly fault: string | null },
    telling: Collecting,
    signal: AbortSignal,
  ): Promise<Result> {
    const { exit } = ended;
    const place = this.#options.place(key);
    const leave = await this.#options.transfers.enter(signal);
    try {
      let isSending = false;
      const send: Send = async (handle, bytes, blob) => {
        if (!isSending) telling.sending();
        isSending = true;
        await this.#options.blobs.send(handle, bytes, blob, signal);
      };
      const stdout = await printed(place.stdout, send);
      const stderr = await printed(place.stderr, send);
      if (exit.startedAt === null || exit.kind === 'lost')
        return { exit, stdout, stderr, outputs: [], fault: ended.fault };
      if (kept.outputs === null && isEmpty(place.work))
        return { exit, stdout, stderr, outputs: [], fault: ended.fault };
      const { outputs, leftOut, fault } = await gatherOutputs({
        folder: place.work,
        wanted: kept.outputs,
        before: await broughtInputs(kept.inputs, place),
        bounds: this.#options.outputs,
        send,
      });
      if (kept.outputs === null) for (const text of leftOut) telling.said({ kind: 'message', text });
      // That a program which failed did not leave all is no news.
      const isNews = exit.kind === 'exited' && exit.code === 0;
      return { exit, stdout, stderr, outputs, fault: ended.fault ?? (isNews ? fault : null) };
    } catch (error) {
      signal.throwIfAborted();
      const nothing = { text: '' };
      const why =
        error instanceof BlobFault ? error.message : `this node failed to read them (${String(error)})`;
      this.#options.log.warn('results could not be collected', { ...key, error });
      const fault = ended.fault ?? `its results could not be brought to the broker: ${why}`;
      return { exit, stdout: nothing, stderr: nothing, outputs: [], fault };
    } finally {
      leave();
    }
  }

  /** Removes all that an attempt had on the disk. */
  async clear(key: AttemptKey): Promise<void> {
    const { place, log } = this.#options;
    const at = place(key);
    if (isGone(at)) return;
    const leave = await this.#removals.enter(new AbortController().signal);
    try {
      if (!(await removeBare(at))) await removeTree(at.folder);
    } catch (error) {
      // Something still writes there: the next start of the agent tries again.
      log.warn('a folder could not be removed', { folder: at.folder, error: String(error) });
    } finally {
      leave();
    }
  }
}

async function printed(file: string, send: Send): Promise<Printed> {
  const little = readLittle(file, printedBytes);
  if (little !== undefined) return { text: little.toString('base64') };
  await using handle = await open(file, asFile);
  const { blob, bytes } = await hashOf(handle, (await handle.stat()).size);
  await send(handle, bytes, blob);
  return { blob, bytes };
}

/** One program that is being looked after. */
export interface Watch {
  /** Passes on what it said last. */
  stop(): Promise<void>;
  abandon(): void;
}
