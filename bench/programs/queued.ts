import { join } from 'node:path';
import { Jobs } from '../../broker/jobs/jobs.ts';
import { localOwner } from '../../broker/jobs/owner.ts';
import { storeLimits } from '../../cli/house/limits.ts';
import { systemClock } from '../../platform/clock.ts';
import { silentLog } from '../../platform/log.ts';
import { openSqliteStore } from '../../platform/store/sqlite/open.ts';
import type { AgentMessage, BrokerMessage } from '../../protocol/agent/messages.ts';
import { jobRequest } from '../../protocol/jobs/job.ts';
import { heldBytes } from '../harness/held.ts';
import { defaultConfig } from '../harness/house.ts';
import { answerParent } from '../harness/program.ts';

/** Queues so many tasks in a broker of this process, which was started with `--expose-gc`, then has some of them run. */
export interface QueuedRequest {
  /** One job of all, a job each with one Ask, or a job each with an Ask of its own. */
  readonly what: 'tasks' | 'jobs' | 'asks';
  readonly count: number;
  /** How many are run, by a node that does nothing and answers at once. */
  readonly run: number;
  /** An empty folder. */
  readonly folder: string;
}

export interface QueuedReply {
  /** Bytes of a task on the heap and outside of it while all of them wait. */
  readonly bytes: number;
  /** Characters of its Ask. */
  readonly text: number;
  /** What the processor did for a task from its choice to its end, in microseconds. */
  readonly taskUs: number;
}

/** Jobs that are submitted at once. */
const atOnce = 1_000;
/** What the node runs and holds at once. */
const mostTasks = 64;

answerParent<QueuedRequest, QueuedReply>(async ({ what, count, run, folder }) => {
  await using running = new AsyncDisposableStack();
  const config = defaultConfig();
  const migrations = new URL('../../broker/migrations/', import.meta.url);
  const file = join(folder, 'broker.db');
  const store = await openSqliteStore({ file, migrations, log: silentLog, limits: storeLimits(config) });
  running.defer(() => store.close());
  const blobs = {
    claim: () => new Map(),
    keep: () => new Map(),
    sizes: () => new Map(),
    contentOf: async () => undefined,
    release() {},
  };
  const jobs = running.use(
    new Jobs({
      config: config.broker,
      store,
      blobs,
      mayUse: () => false,
      clock: systemClock,
      log: silentLog,
    }),
  );
  await jobs.start();
  const submit = (ask: string, tasks: number) =>
    jobs.submit(localOwner, jobRequest.parse({ application: 'nothing', ask, tasks }));
  await submit(askOf(1), 1);
  const before = heldBytes();
  if (what === 'tasks') await submit(askOf(1), count);
  else
    for (let first = 0; first < count; first += atOnce)
      await Promise.all(
        Array.from({ length: Math.min(atOnce, count - first) }, (_, index) =>
          submit(askOf(what === 'asks' ? 2 + first + index : 1), 1),
        ),
      );
  const bytes = (heldBytes() - before) / count;
  const begun = process.cpuUsage();
  const ended = await new IdleNode(jobs).run(run);
  const { user, system } = process.cpuUsage(begun);
  return { bytes, text: askOf(count).length, taskUs: (user + system) / ended };
});

function askOf(memoryKib: number): string {
  return `SLA-version: 1.0\nAction: Ask\nId: ask\nCpus: 1\nMemory: ${memoryKib} KiB\nWalltime: 1 h\n\n`;
}

/** A node whose programs end at once: all of a turn in one frame, as an agent sends it. */
class IdleNode {
  readonly #jobs: Jobs;
  readonly #link = { send: (messages: readonly BrokerMessage[]) => this.#hear(messages) };
  #frame: AgentMessage[] = [];
  #most = 0;
  #ended = 0;
  #receiving: Promise<unknown> = Promise.resolve();
  #over = Promise.withResolvers<void>();

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  /** Runs so many tasks or a few more; resolves with how many there were. */
  async run(most: number): Promise<number> {
    this.#most = most;
    this.#jobs.dispatch.attach({ resource: 'idle', owner: localOwner }, this.#link);
    const says = { Application: 'nothing', Cpus: String(mostTasks), Memory: '1 TiB' };
    const powers = { limits: [], isolates: false, gracefulCancel: true, outlivesAgent: true };
    const facts = { type: 'facts', says, powers, mostTasks, mostHeld: mostTasks, draining: false } as const;
    await this.#jobs.dispatch.receive('idle', this.#link, [facts, { type: 'inventory', tasks: [] }]);
    await this.#over.promise;
    await this.#receiving;
    return this.#ended;
  }

  #hear(messages: readonly BrokerMessage[]): void {
    for (const message of messages) {
      if (message.type === 'assign') this.#say({ type: 'may-start', ...whichOf(message), askedAtMs: 1 });
      if (message.type === 'start') this.#say({ type: 'ended', ...whichOf(message), ...nothingLeft });
      if (message.type === 'forget') this.#ended += 1;
    }
    if (this.#ended >= this.#most) this.#over.resolve();
  }

  #say(message: AgentMessage): void {
    if (this.#ended >= this.#most) return;
    if (this.#frame.length === 0)
      setImmediate(() => {
        const frame = this.#frame;
        this.#frame = [];
        const received = this.#jobs.dispatch.receive('idle', this.#link, frame);
        this.#receiving = Promise.all([this.#receiving, received]);
      });
    this.#frame.push(message);
  }
}

const nothingLeft = {
  exit: { kind: 'exited', code: 0, startedAt: 1, endedAt: 1, cpuSeconds: 0, maxRssBytes: 0 },
  stdout: { text: '' },
  stderr: { text: '' },
  outputs: [],
  fault: null,
} as const satisfies Partial<Extract<AgentMessage, { type: 'ended' }>>;

function whichOf({ task, attempt }: { readonly task: string; readonly attempt: number }) {
  return { task, attempt };
}
