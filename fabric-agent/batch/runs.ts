import type { AttemptKey, Launched, RunEnd, RunState } from '../back-ends/back-end.ts';
import { wordOf } from '../back-ends/back-end.ts';
import type { OwnJob } from './system.ts';

/** An attempt as the agent has it. All of it can be read again from the disk and from the queue. */
export interface Run {
  readonly key: AttemptKey;
  readonly word: string;
  /** It does not begin after this, by the agent's clock; undefined until it is said again after a start of the agent. */
  latestStartMs: number | undefined;
  /** The submission by which it was given to the system; undefined where it was not. */
  list: string | undefined;
  /** Its line in that, from 1. */
  line: number;
  job: OwnJob | undefined;
  /** How many submissions had come to an end before its job was known: older lists of the queue need not hold it. */
  submission: number;
  /** Since when no queue holds its job, though it has not said how it ended. */
  goneSinceMs: number | undefined;
  /** When its job is taken from the queue, running or not, since it was cancelled. */
  killAtMs: number | undefined;
  end: RunEnd | undefined;
  /** Nothing of it is to be kept any more. */
  isForgotten: boolean;
}

/** All attempts of which anything is kept, by their words. */
export class Runs {
  readonly #all = new Map<string, Run>();
  readonly #open = new Set<Run>();
  /** How many attempts of each submission are kept. */
  readonly #lists = new Map<string, number>();

  get(key: AttemptKey): Run | undefined {
    return this.#all.get(wordOf(key));
  }

  get keys(): AttemptKey[] {
    return Array.from(this.#all.values(), ({ key }) => key);
  }

  /** Those that have not ended. */
  get open(): readonly Run[] {
    return [...this.#open];
  }

  add(key: AttemptKey): Run {
    const word = wordOf(key);
    const known = this.#all.get(word);
    if (known !== undefined) return known;
    const run: Run = {
      ...{ key, word, latestStartMs: undefined, list: undefined, line: 0, job: undefined },
      ...{ submission: 0, goneSinceMs: undefined, killAtMs: undefined, end: undefined, isForgotten: false },
    };
    this.#all.set(word, run);
    this.#open.add(run);
    return run;
  }

  ended(run: Run, end: RunEnd): void {
    run.end = end;
    this.#open.delete(run);
  }

  /** Whether anything is kept of a submission. */
  hasList(list: string): boolean {
    return this.#lists.has(list);
  }

  /**
   * Notes by which submission a run was given to the system last. Returns the one before it where this was the last of
   * that.
   */
  put(run: Run, list: string | undefined, line: number): string | undefined {
    const left = this.#leave(run);
    run.list = list;
    run.line = line;
    run.job = undefined;
    if (list !== undefined) this.#lists.set(list, (this.#lists.get(list) ?? 0) + 1);
    return left;
  }

  /** Returns the submission of which nothing is kept any more, where this was the last of it. */
  remove(run: Run): string | undefined {
    this.#all.delete(run.word);
    this.#open.delete(run);
    return this.#leave(run);
  }

  #leave({ list }: Run): string | undefined {
    if (list === undefined) return undefined;
    const left = (this.#lists.get(list) ?? 1) - 1;
    if (left > 0) this.#lists.set(list, left);
    else this.#lists.delete(list);
    return left > 0 ? undefined : list;
  }
}

export function stateOf(run: Run | undefined): RunState {
  if (run === undefined) return { state: 'absent' };
  return run.end ?? { state: 'running' };
}

export function launchedOf(run: Run): Launched {
  const { job, index } = run.job ?? { job: 'none', index: null };
  return { handle: index === null ? job : `${job}:${index}`, run: stateOf(run) };
}

/** The attempt of a word that {@link wordOf} made. */
export function keyOf(word: string): AttemptKey | undefined {
  const [, task, attempt] = /^([A-Za-z0-9][A-Za-z0-9._-]*)\.([1-9]\d{0,8})$/.exec(word) ?? [];
  return task === undefined ? undefined : { task, attempt: Number(attempt) };
}
