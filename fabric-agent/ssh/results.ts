import { mkdir } from 'node:fs/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import {
  type AttemptKey,
  type EndListener,
  type Place,
  type RunEnd,
  type RunState,
  wordOf,
} from '../back-ends/back-end.ts';
import { createTurns } from '../local/turns.ts';
import { bringResults, type CarryBounds } from './carry.ts';
import type { Link } from './link.ts';
import { mirror } from './mirror.ts';
import type { Sftp } from './sftp.ts';
import { SftpFailure } from './sftp-session.ts';

export interface ResultsOptions {
  readonly link: Link;
  /** The place of an attempt on this machine, and on the other host. */
  readonly here: (key: AttemptKey) => Place;
  readonly there: (key: AttemptKey) => Place;
  readonly bounds: CarryBounds;
  /** How often, in milliseconds, it is looked what programs have printed and said. */
  readonly lookMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Attempts (a count) of which files are brought back, and of which it is looked what they say, at once. */
const bringsAtOnce = 4;
const looksAtOnce = 16;
/** How long, in milliseconds, it is waited before results are fetched again that did not come whole. */
const againMs = 1_000;

/** Brings what programs on another host print, say and leave: while they run, and all of it before their end is told. */
export class Results {
  readonly #options: ResultsOptions;
  /** Those that run, as far as this agent knows. */
  readonly #open = new Map<string, AttemptKey>();
  /** Ends of which all files are here, or are on their way. */
  readonly #brought = new Map<string, Promise<RunEnd>>();
  readonly #mirroring = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #brings = createTurns(bringsAtOnce);
  readonly #stopped = new AbortController();
  #listener: EndListener = () => {};
  #cancelLook = () => {};

  constructor(options: ResultsOptions) {
    this.#options = options;
  }

  /** Calls `listener` for each end, once its files are here. */
  listen(listener: EndListener): void {
    this.#listener = listener;
  }

  start(): void {
    this.#lookLater();
  }

  stop(): void {
    this.#stopped.abort(new Error('the agent stops'));
    this.#cancelLook();
  }

  /** Resolves when nothing of these is being brought, and nothing more will be. */
  async close(keys: readonly AttemptKey[]): Promise<void> {
    for (const key of keys) {
      this.#open.delete(wordOf(key));
      await this.#brought.get(wordOf(key))?.catch(() => {});
      await this.#mirroring.get(wordOf(key))?.catch(() => {});
    }
  }

  forget(keys: readonly AttemptKey[]): void {
    for (const key of keys) this.#brought.delete(wordOf(key));
  }

  /** An end is one here once its files are. */
  async settled(key: AttemptKey, state: RunState): Promise<RunState> {
    if (state.state === 'running') this.#open.set(wordOf(key), { task: key.task, attempt: key.attempt });
    if (state.state !== 'ended') return state;
    return this.#bring(key, state).catch(() => {
      this.hear(key, state);
      return { state: 'running' };
    });
  }

  /** That a run has ended there. */
  hear(key: AttemptKey, end: RunEnd): void {
    this.#bring(key, end).then(
      (whole) => this.#listener(key, whole),
      (error: unknown) => {
        const word = wordOf(key);
        if (this.#again.has(word)) return;
        this.#options.log.debug('results are fetched again', { ...key, error });
        this.#again.add(word);
        this.#options.clock.after(againMs, () => {
          this.#again.delete(word);
          if (!this.#stopped.signal.aborted && this.#open.has(word)) this.hear(key, end);
        });
      },
    );
  }

  /** Brings what a run has left, once. Rejects where the connection breaks. */
  #bring(key: AttemptKey, end: RunEnd): Promise<RunEnd> {
    const word = wordOf(key);
    const before = this.#brought.get(word);
    if (before !== undefined) return before;
    const bringing = this.#fetch(key, end);
    this.#brought.set(word, bringing);
    bringing.then(
      () => this.#open.delete(word),
      () => this.#brought.delete(word),
    );
    return bringing;
  }

  async #fetch(key: AttemptKey, end: RunEnd): Promise<RunEnd> {
    if (end.exit.startedAt === null && end.exit.kind !== 'lost') return end;
    this.#open.set(wordOf(key), { task: key.task, attempt: key.attempt });
    const { link, here, there, bounds } = this.#options;
    const leave = await this.#brings.enter(this.#stopped.signal);
    try {
      const { sftp } = await link.up();
      const place = here(key);
      await mkdir(place.folder, { recursive: true, mode: 0o700 });
      await this.#mirror(key, sftp);
      const shortfall = await bringResults(sftp, there(key).work, place, bounds);
      return shortfall === undefined ? end : { ...end, why: end.why ?? shortfall };
    } catch (error) {
      if (!isOfFiles(error)) throw error;
      this.#options.log.warn('results could not be brought from the other host', { ...key, error });
      const why = `its results could not be brought from the host where it ran: ${(error as Error).message}`;
      return { ...end, why: end.why ?? why };
    } finally {
      leave();
    }
  }

  /** One after the other: each adds to the same files. */
  #mirror(key: AttemptKey, sftp: Sftp): Promise<void> {
    const { here, there, bounds } = this.#options;
    const word = wordOf(key);
    const before = this.#mirroring.get(word) ?? Promise.resolve();
    const mirrored = before
      .catch(() => {})
      .then(() => mirror(sftp, there(key), here(key), bounds.totalBytes));
    this.#mirroring.set(word, mirrored);
    return mirrored.finally(() => {
      if (this.#mirroring.get(word) === mirrored) this.#mirroring.delete(word);
    });
  }

  #lookLater(): void {
    const { clock, lookMs } = this.#options;
    if (this.#stopped.signal.aborted) return;
    this.#cancelLook = clock.after(lookMs, () => void this.#look().finally(() => this.#lookLater()));
  }

  /** Brings what running programs have printed and said. */
  async #look(): Promise<void> {
    const { link, log } = this.#options;
    const turns = createTurns(looksAtOnce);
    await Promise.all(
      Array.from(this.#open, async ([word, key]) => {
        const leave = await turns.enter(this.#stopped.signal).catch(() => undefined);
        if (leave === undefined) return;
        try {
          if (this.#brought.has(word)) return;
          await this.#mirror(key, link.now.sftp);
        } catch (error) {
          log.debug('it could not be seen what a program prints', { ...key, error });
        } finally {
          leave();
        }
      }),
    );
  }
}

/** Whether it is about the files of a task, here or there, and not about the connection: it would be the same again. */
function isOfFiles(error: unknown): boolean {
  return (
    error instanceof SftpFailure ||
    error instanceof RangeError ||
    (error as { syscall?: unknown }).syscall !== undefined
  );
}
