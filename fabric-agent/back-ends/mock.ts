import { appendFileSync, mkdirSync } from 'node:fs';
import type { Clock } from '../../platform/clock.ts';
import type { ExitView } from '../../protocol/jobs/job.ts';
import type { Machine, Moment } from '../machine.ts';
import {
  type AttemptKey,
  type BackEnd,
  type BootMoment,
  type EndListener,
  type Launched,
  noExit,
  type Place,
  type Powers,
  placeIn,
  placesIn,
  type RunOrder,
  type RunRef,
  type RunState,
  wordOf,
} from './back-end.ts';

/** How a mock misbehaves; it behaves unless told. */
export interface Misbehaviour {
  /** Milliseconds before it does or says anything. */
  readonly slowMs?: number;
  /** Answers (a count) that get lost, after what was asked for was done. */
  losesAnswers?: number;
  /** Whether it tells of no end by itself. */
  readonly losesEnds?: boolean;
  /** Whether it tells of each end twice. */
  readonly repeatsEnds?: boolean;
  /** Whether it tells of ends that make no sense, before those that do. */
  readonly talksGarbage?: boolean;
}

/** Who asked, who runs: what a mock remembers, also when the agent was started anew. */
export class MockMachine {
  readonly runs = new Map<string, Run>();
  /** How many programs were begun, by the words of their attempts. */
  readonly begun: string[] = [];
  /** How long those that were cancelled had to end, in milliseconds. */
  readonly graces: number[] = [];
  boot = 'first boot';

  /** Ends what runs without a trace, as a power cut does. */
  cutPower(): void {
    this.boot = `after ${this.boot}`;
    for (const [word, run] of this.runs) {
      run.cancelTimers();
      if (run.exit === undefined) this.runs.delete(word);
    }
  }
}

interface Run {
  readonly key: AttemptKey;
  readonly startedAt: number;
  exit: ExitView | undefined;
  cancelTimers: () => void;
  end: (kind: ExitView['kind'], code: number | null) => void;
}

const powers: Powers = {
  limits: [],
  arrays: false,
  containers: false,
  gracefulCancel: false,
  reserve: false,
  outlivesAgent: true,
  isolates: false,
  queues: null,
};

/**
 * A back end that runs nothing. Its programs are words: `exit CODE`, `last MILLISECONDS [TEXT]`, `print TEXT`: what it
 * prints is there from its beginning on; any else fails
 * to start. For tests of what stands above it.
 */
export class MockBackEnd implements BackEnd {
  readonly powers = powers;
  readonly #folder: string;
  readonly #machine: MockMachine;
  readonly #clock: Clock;
  readonly #misbehaviour: Misbehaviour;
  #listener: EndListener = () => {};

  constructor(folder: string, machine: MockMachine, clock: Clock, misbehaviour: Misbehaviour = {}) {
    this.#folder = folder;
    this.#machine = machine;
    this.#clock = clock;
    this.#misbehaviour = misbehaviour;
  }

  async start(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const run of this.#machine.runs.values()) run.end = (kind, code) => this.#end(run, kind, code);
  }

  async stop(): Promise<void> {
    this.#listener = () => {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  now(): BootMoment {
    return { boot: this.#machine.boot, atMs: this.#clock.now() };
  }

  place(key: AttemptKey): Place {
    return placeIn(this.#folder, key);
  }

  async launch(order: RunOrder): Promise<Launched> {
    const word = wordOf(order);
    let run = this.#machine.runs.get(word);
    if (run === undefined) {
      run = this.#begin(order);
      this.#machine.runs.set(word, run);
    }
    await this.#answer();
    return { handle: `mock/${word}`, run: stateOf(run) };
  }

  async states(runs: readonly RunRef[]): Promise<readonly RunState[]> {
    await this.#answer();
    return runs.map((run) => stateOf(this.#machine.runs.get(wordOf(run))));
  }

  async cancel(ref: RunRef, graceMs: number): Promise<void> {
    this.#machine.graces.push(graceMs);
    const run = this.#machine.runs.get(wordOf(ref));
    if (run?.exit === undefined) run?.end('cancelled', null);
    await this.#answer();
  }

  async forget(runs: readonly RunRef[]): Promise<void> {
    for (const run of runs) this.#machine.runs.delete(wordOf(run));
    await this.#answer();
  }

  async known(): Promise<readonly AttemptKey[]> {
    const folders = await placesIn(this.#folder);
    const runs = Array.from(this.#machine.runs.values(), ({ key }) => key);
    return [...new Map([...folders, ...runs].map((key) => [wordOf(key), key])).values()];
  }

  listen(listener: EndListener): void {
    this.#listener = listener;
  }

  capacity(): Machine {
    return { cpus: 4, memoryBytes: 2 ** 30, arch: 'mock', os: 'mock' };
  }

  async load(): Promise<Moment> {
    return { load: this.#machine.runs.size / 4, diskBytes: undefined, at: this.#clock.now() };
  }

  #begin(order: RunOrder): Run {
    const [program, what, value = '', text = ''] = order.argv;
    const { task, attempt } = order;
    const run: Run = {
      key: { task, attempt },
      startedAt: this.#clock.now(),
      exit: undefined,
      cancelTimers: () => {},
      end: () => {},
    };
    run.end = (kind, code) => this.#end(run, kind, code);
    if (this.now().atMs > order.latestStartMs) run.exit = noExit('too-late');
    else if (program !== 'mock') run.exit = noExit('not-started');
    if (run.exit !== undefined) return run;
    this.#machine.begun.push(wordOf(order));
    const { work, temporary } = this.place(order);
    for (const folder of [work, temporary]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const printed = what === 'print' ? value : text;
    if (printed !== '') appendFileSync(this.place(order).stdout, printed);
    const ends = this.#clock.after(what === 'last' ? Number(value) : 0, () =>
      run.end('exited', what === 'exit' ? Number(value) : 0),
    );
    const late = this.#clock.after(order.endMs - this.now().atMs, () => run.end('timed-out', null));
    run.cancelTimers = () => {
      ends();
      late();
    };
    return run;
  }

  #end(run: Run, kind: ExitView['kind'], code: number | null): void {
    if (run.exit !== undefined) return;
    run.cancelTimers();
    run.exit = { ...noExit('lost'), kind, code, startedAt: run.startedAt, endedAt: this.#clock.now() };
    const { losesEnds, repeatsEnds, talksGarbage } = this.#misbehaviour;
    if (losesEnds) return;
    const { key, exit } = run;
    const tell = (said: unknown) =>
      this.#listener(key, { state: 'ended', exit: said as ExitView, why: null });
    if (talksGarbage) for (const garbage of nonsense) tell(garbage);
    tell(exit);
    if (repeatsEnds) tell(exit);
  }

  async #answer(): Promise<void> {
    const { slowMs, losesAnswers = 0 } = this.#misbehaviour;
    if (slowMs !== undefined) await new Promise<void>((resolve) => this.#clock.after(slowMs, resolve));
    if (losesAnswers === 0) return;
    this.#misbehaviour.losesAnswers = losesAnswers - 1;
    throw new Error('the answer got lost');
  }
}

const nonsense: readonly unknown[] = [
  undefined,
  null,
  {},
  { kind: 'exited' },
  { ...noExit('lost'), kind: 'gone fishing' },
  { ...noExit('lost'), code: 0.5 },
];

function stateOf(run: Run | undefined): RunState {
  if (run === undefined) return { state: 'absent' };
  return run.exit === undefined ? { state: 'running' } : { state: 'ended', exit: run.exit, why: null };
}
