import { copyFileSync, existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application } from '../../../fabric-agent/application.ts';
import { wordOf } from '../../../fabric-agent/back-ends/back-end.ts';
import { type Misbehaviour, MockBackEnd, MockMachine } from '../../../fabric-agent/back-ends/mock.ts';
import { alwaysOpen, type Opening } from '../../../fabric-agent/hours/opening.ts';
import { createTurns } from '../../../fabric-agent/local/turns.ts';
import type { OwnerRules } from '../../../fabric-agent/tasks/admission.ts';
import type { Kept } from '../../../fabric-agent/tasks/attempt.ts';
import { Blobs } from '../../../fabric-agent/tasks/blobs.ts';
import { Floor } from '../../../fabric-agent/tasks/floor.ts';
import { InputCache } from '../../../fabric-agent/tasks/input-cache.ts';
import { InputShelf } from '../../../fabric-agent/tasks/input-shelf.ts';
import { TaskManager } from '../../../fabric-agent/tasks/manager.ts';
import { Worker } from '../../../fabric-agent/tasks/worker.ts';
import { always } from '../../../fabric-agent/willingness.ts';
import { type Clock, systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import type { AgentMessage, BrokerMessage } from '../../../protocol/agent/messages.ts';
import { keptOf } from './attempts.ts';

/** Takes whatever words a mock program is. */
export const mockApplication: Application = {
  name: 'mock',
  program: 'mock',
  commandLine: (words) => ({ argv: ['mock', ...words] }),
  timeMs: 60_000,
  outputBytes: 1e6,
};

export function rulesOf(said: Partial<OwnerRules> = {}): OwnerRules {
  return {
    applications: [mockApplication],
    owners: undefined,
    onlyOwner: undefined,
    variables: [/^.*$/],
    capacity: { cpus: 4, memoryBytes: 2 ** 30, tasks: 4 },
    mostAttempts: 1000,
    argumentCount: 100,
    argumentBytes: 1000,
    argumentsBytes: 5000,
    environmentBytes: 5000,
    inputBytes: 1e6,
    inputEntries: 100,
    nameBytes: 1000,
    depth: 10,
    resultBytes: 1e6,
    graceMs: 500,
    processes: 100,
    ...said,
  };
}

/** Keeps nothing of inputs. */
function noShelf(): InputShelf {
  const cache = new InputCache({
    folder: '/nowhere',
    ...{ mostBytes: 0, keptMs: 1, lookMs: 1, brokers: [] },
    taskFolder: () => '/nowhere',
    clock: systemClock,
    log: silentLog,
  });
  return new InputShelf(cache, 'none', () => {});
}

export interface NodeOptions {
  readonly rules?: Partial<OwnerRules>;
  readonly misbehaviour?: Misbehaviour;
  /** Whether each question is answered with yes, and each end with forget; both unless said. */
  readonly obliging?: false | 'in starting';
  readonly draining?: boolean;
  readonly opening?: Opening;
  readonly fetch?: typeof fetch;
  readonly stateMs?: number;
  /** What the agent takes for the time of day; what its back end counts from its boot on is another. */
  readonly clock?: Clock;
  /** By what its back end counts. */
  readonly bootClock?: Clock;
  /** Called with all that is said, which nobody answers unless `obliging` says so. */
  readonly heard?: (message: AgentMessage) => void;
  readonly compactBytes?: number;
  /** Files (a count) that a program may leave. */
  readonly entries?: number;
}

/** A task manager over a mock machine, and what it says to its broker. */
export class TestNode implements AsyncDisposable {
  readonly machine = new MockMachine();
  readonly folder: string;
  /** All that was said since the agent started last. */
  said: AgentMessage[] = [];
  manager!: TaskManager;
  backEnd!: MockBackEnd;
  readonly #options: NodeOptions;
  #waiting = new Set<() => void>();
  #generation = 0;
  #life = { isDead: false };

  private constructor(folder: string, options: NodeOptions) {
    this.folder = folder;
    this.#options = options;
  }

  static async start(options: NodeOptions = {}): Promise<TestNode> {
    const node = new TestNode(await mkdtemp(join(tmpdir(), 'ogm-node-')), options);
    await node.#start();
    return node;
  }

  get journalFile(): string {
    return join(this.folder, `journal.${this.#generation}`);
  }

  async #start(): Promise<void> {
    const {
      rules = {},
      misbehaviour = {},
      draining = false,
      stateMs = 50,
      clock = systemClock,
      bootClock = systemClock,
      compactBytes = 3000,
      entries = 100,
    } = this.#options;
    const life = { isDead: false };
    this.#life = life;
    this.said = [];
    const backEnd = new MockBackEnd(join(this.folder, 'runs'), this.machine, bootClock, misbehaviour);
    this.backEnd = backEnd;
    await backEnd.start();
    const launch = backEnd.launch.bind(backEnd);
    const forget = backEnd.forget.bind(backEnd);
    const cancel = backEnd.cancel.bind(backEnd);
    const unlessDead =
      <A extends unknown[], T>(verb: (...given: A) => Promise<T>) =>
      (...given: A) =>
        life.isDead ? new Promise<T>(() => {}) : verb(...given);
    backEnd.launch = unlessDead(launch);
    backEnd.forget = unlessDead(forget);
    backEnd.cancel = unlessDead(cancel);
    const patience = { firstMs: 5, mostMs: 20, random: Math.random };
    const worker = new Worker({
      place: (key) => backEnd.place(key),
      blobs: new Blobs({
        url: 'http://broker.example',
        fetch: this.#options.fetch ?? (() => Promise.reject(new TypeError('there is no broker'))),
        token: async () => 'token',
        patience,
        clock,
      }),
      shelf: noShelf(),
      transfers: createTurns(4),
      path: '/usr/bin',
      additions: new Map(),
      outputs: { totalBytes: 1e6, entries, depth: 10, listBytes: 1e6 },
      watchMs: 20,
      clock,
      log: silentLog,
    });
    const clear = worker.clear.bind(worker);
    worker.clear = unlessDead(clear);
    const floor = new Floor(rulesOf(rules).capacity);
    this.manager = new TaskManager({
      backEnd,
      worker,
      rules: rulesOf(rules),
      floor: floor.of('', rulesOf(rules).capacity),
      send: (message) => {
        if (!life.isDead) this.#hear(message);
      },
      journal: { file: this.journalFile, compactBytes },
      holds: () => [],
      says: () => ({ Application: 'mock', Cpus: '4' }),
      acceptsUnisolated: false,
      mostHeld: 10,
      opening: this.#options.opening ?? alwaysOpen,
      willingness: always(draining ? 'its owner lets it take none' : undefined),
      stateMs,
      tryFolder: async () => void (await readdir(join(this.folder, 'runs'))),
      patience,
      clock,
      log: silentLog,
    });
    await this.manager.start();
    floor.open();
  }

  /**
   * Ends the agent as `kill -9` does: nothing that was not on its disk counts, and nothing is done any more. Then another
   * one starts, and a session with it.
   */
  async crash(between: () => void = () => {}): Promise<void> {
    this.#life.isDead = true;
    const before = this.journalFile;
    this.#generation += 1;
    if (existsSync(before)) copyFileSync(before, this.journalFile);
    await this.backEnd.stop();
    void this.manager.stop();
    between();
    await this.#start();
    this.greet();
  }

  /** A session begins anew. */
  greet(): void {
    for (const message of this.manager.greeting()) this.#hear(message);
  }

  assign(task: string, words: readonly string[], said: Partial<Kept> = {}, attempt = 1): void {
    this.tell({ type: 'assign', task, attempt, ...keptOf({ arguments: [...words], ...said }) });
  }

  tell(...messages: BrokerMessage[]): void {
    this.manager.receive(messages);
  }

  /** Waits until something of what was said is so. */
  async until<T>(find: (said: readonly AgentMessage[]) => T | undefined): Promise<T> {
    for (;;) {
      const found = find(this.said);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Waits until a message of a kind was said about a task. */
  said1<K extends AgentMessage['type']>(type: K, task: string): Promise<AgentMessage & { type: K }> {
    return this.until((said) =>
      said.find(
        (message): message is AgentMessage & { type: K } =>
          message.type === type && 'task' in message && message.task === task,
      ),
    );
  }

  #hear(message: AgentMessage): void {
    this.said.push(message);
    this.#options.heard?.(message);
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
    if (this.#options.obliging === false || !('task' in message)) return;
    const { task, attempt } = message;
    if (message.type === 'may-start')
      setImmediate(() =>
        this.tell({ type: 'start', task, attempt, latestStartMs: 30_000, leaseMs: 120_000 }),
      );
    if (message.type === 'ended' && this.#options.obliging !== 'in starting')
      setImmediate(() => this.tell({ type: 'forget', task, attempt }));
  }

  /** How often a program of a task was begun. */
  begun(task: string, attempt = 1): number {
    return this.machine.begun.filter((word) => word === wordOf({ task, attempt })).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.manager.stop();
    await this.backEnd.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
