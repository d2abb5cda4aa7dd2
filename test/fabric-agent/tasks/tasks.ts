import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application } from '../../../fabric-agent/application.ts';
import { createLocalBackEnd } from '../../../fabric-agent/back-ends/local.ts';
import { readAdditions } from '../../../fabric-agent/environment.ts';
import { agentSettings } from '../../../fabric-agent/settings.ts';
import { nodeSupervisor } from '../../../fabric-agent/supervisor/launch.ts';
import { keepEnrolment, readEnrolments } from '../../../fabric-agent/tasks/enrolment.ts';
import { createTasks } from '../../../fabric-agent/tasks/index.ts';
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
  { ...bounds, name: 'sh', commandLine: (words) => ({ argv: ['/bin/sh', '-c', ...words] }) },
  {
    ...bounds,
    name: 'say',
    commandLine: (words) => ({ argv: ['/bin/sh', '-c', 'printf "%s\\0" "$@"; env -0', 'sh', ...words] }),
  },
  { ...bounds, name: 'missing', commandLine: () => ({ argv: ['/nowhere/at/all'] }) },
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

export async function startTasks(): Promise<TasksUnderTest> {
  const broker = await FakeBroker.start();
  broker.answer = obliging;
  const folder = await mkdtemp(join(tmpdir(), 'ogm-tasks-'));
  const { url: _, ...view } = broker.enrolment;
  await keepEnrolment(folder, broker.url, view);
  let tasks = await start(folder);
  return {
    broker,
    folder,
    async restart() {
      await tasks.stop();
      broker.forgetSession();
      broker.heard.length = 0;
      tasks = await start(folder);
    },
    async [Symbol.asyncDispose]() {
      await tasks.stop();
      await broker[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function start(folder: string): Promise<Part> {
  const config = agentSettings.parse({
    'broker-retry': '10 ms',
    'broker-retry-most': '100 ms',
    'watch-interval': '50 ms',
    'concurrent-programs': 4,
  });
  const backEnd = createLocalBackEnd({
    folder: join(folder, 'tasks'),
    capacity: { cpus: 4, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
    load: async () => ({ load: 0.5, diskBytes: 2 ** 34, at: systemClock.now() }),
    command: nodeSupervisor,
    lingerMs: 200,
    clock: systemClock,
    log: silentLog,
  });
  const tasks = createTasks({
    config,
    enrolments: await readEnrolments(folder),
    line: openLine,
    backEnd,
    applications,
    path: '/usr/bin:/bin',
    additions: readAdditions(['OWNERS=yes', 'GREETING=of the owner']),
    dataFolder: folder,
    clock: systemClock,
    log: silentLog,
  });
  await tasks.start();
  return tasks;
}
