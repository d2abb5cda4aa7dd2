import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { outputOf, type RunCommand } from '../batch/run-command.ts';
import type { QueueOptions } from '../batch/system.ts';
import { expectedDelay, type QueueFacts } from './facts.ts';
import type { QueueLimits, QueueSystem } from './system.ts';

export interface QueueLookOptions {
  readonly system: QueueSystem;
  readonly run: RunCommand;
  readonly options: QueueOptions;
  /** How often it is looked, in milliseconds. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** How many looks in a row may fail before what was seen last counts no more. */
const mostFailures = 3;

const noLimits: QueueLimits = { walltimeMs: null, mostQueued: null };

/** Asks the batch system now and then what is in the queue of the owner's choice. */
export class QueueLook implements Part {
  readonly #options: QueueLookOptions;
  #facts: QueueFacts | undefined;
  #limits: QueueLimits | undefined;
  #failures = 0;
  #cancel = () => {};
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: QueueLookOptions) {
    this.#options = options;
  }

  /** What was seen last; undefined where the batch system does not say. */
  get facts(): QueueFacts | undefined {
    return this.#facts;
  }

  /** Looks for the first time. A batch system that says nothing of its queue still runs tasks. */
  async start(): Promise<void> {
    await this.#look();
    this.#later();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#looking;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #later(): void {
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(this.#options.intervalMs, () => {
      this.#looking = this.#look().finally(() => this.#later());
    });
  }

  async #look(): Promise<void> {
    const { log } = this.#options;
    try {
      this.#facts = await this.#ask();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1) log.warn('the batch system does not say what is in its queue', { error });
      if (this.#failures >= mostFailures) this.#facts = undefined;
    }
  }

  async #ask(): Promise<QueueFacts> {
    const { system, run, options, clock } = this.#options;
    const shape = system.shapeIn(await outputOf(run, system.shape(options)), options);
    const jobs = system.jobsIn(await this.#askJobs(), shape.name, clock.now());
    this.#limits ??= await this.#askLimits(shape.name);
    const limits = this.#limits ?? noLimits;
    const { name, total, free } = shape;
    const waiting = jobs.filter(({ waits }) => waits).length;
    return {
      ...{ name, total, free, waiting, running: jobs.length - waiting },
      walltimeMs: shape.walltimeMs ?? limits.walltimeMs,
      mostQueued: shape.mostQueued ?? limits.mostQueued,
      startDelayMs: expectedDelay(free, jobs),
    };
  }

  #askJobs(): Promise<string> {
    const { system, run, options } = this.#options;
    const asking: RunCommand = async (command) => {
      const ran = await run(command);
      return ran.code !== null && ran.code === system.noJobs ? { ...ran, code: 0, output: '' } : ran;
    };
    return outputOf(asking, system.jobs(options));
  }

  /** Until they are told: they stay as they are for long. Undefined where the system does not answer, or says no. */
  async #askLimits(queue: string): Promise<QueueLimits | undefined> {
    const { system, run } = this.#options;
    const command = system.limits?.(queue);
    if (command === undefined || system.limitsIn === undefined) return noLimits;
    const { code, output } = await run(command);
    return code === 0 ? system.limitsIn(output) : undefined;
  }
}
