import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application } from '../../../fabric-agent/application.ts';
import { createLocalBackEnd } from '../../../fabric-agent/back-ends/local.ts';
import { readAdditions } from '../../../fabric-agent/environment.ts';
import { alwaysOpen } from '../../../fabric-agent/hours/opening.ts';
import type { Enclosure } from '../../../fabric-agent/isolation/enclosure.ts';
import { agentSettings } from '../../../fabric-agent/settings.ts';
import { nodeSupervisor, type SupervisorCommand } from '../../../fabric-agent/supervisor/launch.ts';
import { keepEnrolment, readEnrolments } from '../../../fabric-agent/tasks/enrolment.ts';
import { createTasks } from '../../../fabric-agent/tasks/index.ts';
import { always, type Willingness } from '../../../fabric-agent/willingness.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { Part } from '../../../platform/lifecycle.ts';
import { silentLog } from '../../../platform/log.ts';
import type { AgentWord, BrokerWord } from '../../../protocol/agent/messages.ts';
import { FakeBroker, openLine } from './fake-broker.ts';

/** The agent's side over real programs, with a broker on the other end of the line. */
export interface TasksUnderTest extends AsyncDisposable {
  readonly broker: FakeBroker;
  readonly folder: string;
  /** Ends the agent and starts another one over the same folder; the broker has forgotten the session meanwhile. */
  restart(): Promise<void>;
}

const bounds = { timeMs: 60_000, outputBytes: 10e6 };
const applications: readonly Application[] = [
  {
    ...bounds,
    name: 'sh',
    program: '/bin/sh',
    commandLine: (words) => ({ argv: ['/bin/sh', '-c', ...words] }),
  },
  {
    ...bounds,
    name: 'say',
    program: '/bin/sh',
    commandLine: (words) => ({ argv: ['/bin/sh', '-c', 'printf "%s\\0" "$@"; env -0', 'sh', ...words] }),
  },
  {
    ...bounds,
    name: 'missing',
    program: '/nowhere/at/all',
    commandLine: () => ({ argv: ['/nowhere/at/all'] }),
  },
];

/** Says yes to each question, and forgets what has ended. */
export function obliging(message: AgentWord): readonly BrokerWord[] {
  if (message.type === 'may-start') {
    const { task, attempt } = message;
    return [{ type: 'start', task, attempt, latestStartMs: 30_000, leaseMs: 95_000 }];
  }
  if (message.type !== 'ended') return [];
  return [{ type: 'forget', task: message.task, attempt: message.attempt }];
}

/** What is to be other than it is by default. */
export interface TasksAsked {
  readonly applications?: readonly Application[];
  /** Makes what programs run inside of, for an agent with a folder. */
  readonly enclosure?: (folder: string) => Enclosure;
  readonly command?: SupervisorCommand;
  /** Whether the owner has it take tasks; they do unless said. */
  readonly willingness?: Willingness;
  /** Settings of the agent, as a file would have them. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export async function startTasks(asked: TasksAsked = {}): Promise<TasksUnderTest> {
  const broker = await FakeBroker.start();
  broker.answer = obliging;
  const folder = await mkdtemp(join(tmpdir(), 'ogm-tasks-'));
  const { url: _, ...view } = broker.enrolment;
  await keepEnrolment(folder, broker.url, view);
  let tasks = await start(folder, asked);
  return {
    broker,
    folder,
    async restart() {
      await tasks.stop();
      broker.forgetSession();
      broker.heard.length = 0;
      tasks = await start(folder, asked);
    },
    async [Symbol.asyncDispose]() {
      await tasks.stop();
      await broker[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function start(folder: string, asked: TasksAsked): Promise<Part> {
  const config = agentSettings.parse({
    'broker-retry': '10 ms',
    'broker-retry-most': '100 ms',
    'watch-interval': '50 ms',
    'concurrent-programs': 4,
    ...asked.settings,
  });
  const backEnd = createLocalBackEnd({
    folder: join(folder, 'tasks'),
    capacity: { cpus: 4, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
    load: async () => ({ load: 0.5, diskBytes: 2 ** 34, at: systemClock.now() }),
    command: asked.command ?? nodeSupervisor,
    lingerMs: 200,
    ...(asked.enclosure === undefined ? {} : { enclosure: asked.enclosure(folder) }),
    clock: systemClock,
    log: silentLog,
  });
  const tasks = createTasks({
    config,
    enrolments: await readEnrolments(folder),
    line: openLine,
    backEnd,
    willingness: asked.willingness ?? always(undefined),
    opening: alwaysOpen,
    applications: asked.applications ?? applications,
    path: '/usr/bin:/bin',
    additions: readAdditions(['OWNERS=yes', 'GREETING=of the owner']),
    dataFolder: folder,
    clock: systemClock,
    log: silentLog,
  });
  await tasks.start();
  return tasks;
}
