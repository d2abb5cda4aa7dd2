import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SocketAddress } from '../../client/frames.ts';
import type { ServiceAddress } from '../../client/http.ts';
import { stringText } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import { group, type Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { AgentFacts } from '../../protocol/agent/messages.ts';
import type { Application } from '../application.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import { createTurns } from '../local/turns.ts';
import type { AgentSettings } from '../settings.ts';
import { machineHeaders } from '../tells.ts';
import type { OwnerRules } from './admission.ts';
import { Blobs } from './blobs.ts';
import { Connection } from './connection.ts';
import type { Enrolled } from './enrolment.ts';
import { LoadReports } from './load-reports.ts';
import { TaskManager } from './manager.ts';
import { createSole } from './sole.ts';
import { Worker } from './worker.ts';

/** How an agent reaches its broker, by whatever rule there is on where it may go. */
export interface BrokerLine {
  readonly dial: SocketAddress['dial'];
  readonly fetch: ServiceAddress['fetch'];
}

export interface TasksOptions {
  readonly config: AgentSettings;
  readonly enrolled: Enrolled;
  readonly line: BrokerLine;
  readonly backEnd: BackEnd;
  readonly applications: readonly Application[];
  /** The owner's search path, and what the owner adds to every environment. */
  readonly path: string;
  readonly additions: ReadonlyMap<string, string>;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Bytes of the list of results: with the rest of its message it stays within a frame that brokers take. */
const listBytes = 128 * 1024;
const frameLength = 192 * 1024;

/** How much, in bytes, must be written to a disk that was full before it counts as one that can be. */
const trialBytes = 1024 * 1024;

/** Works for the broker at which this node is enrolled: its tasks, and the line to it. */
export function createTasks(options: TasksOptions): Part {
  const { config, enrolled, line, backEnd, applications, path, additions, dataFolder, clock } = options;
  const { url } = enrolled.enrolment;
  const log = options.log.child({ broker: url });
  const patience = {
    firstMs: config['broker-retry'],
    mostMs: config['broker-retry-most'],
    random: Math.random,
  };
  const worker = new Worker({
    place: (key) => backEnd.place(key),
    blobs: new Blobs({
      url,
      fetch: line.fetch,
      token: (signal) => connection.token(signal),
      patience,
      clock,
    }),
    transfers: createTurns(config.transfers),
    path,
    additions,
    outputs: {
      totalBytes: config['result-size'],
      entries: config['result-entries'],
      depth: config['path-depth'],
      listBytes,
    },
    watchMs: config['watch-interval'],
    clock,
    log,
  });
  const manager = new TaskManager({
    backEnd,
    worker,
    rules: ownerRules(config, applications, backEnd),
    send: (message) => connection.say(message),
    journal: { file: join(dataFolder, 'tasks.journal'), compactBytes: config['journal-size'] },
    says: () => factsOf(applications, backEnd, load.diskBytes),
    mostHeld: config['held-tasks'],
    draining: !config['accept-tasks'],
    stateMs: config['state-interval'],
    tryFolder: () => tryDisk(join(dataFolder, 'trial')),
    patience,
    clock,
    log,
  });
  const connection = new Connection({
    enrolled,
    dial: line.dial,
    limits: {
      socket: {
        connectMs: config['broker-wait'],
        pingMs: config['broker-ping'],
        frameBytes: 2 ** 20,
        waitingFrames: 16,
        refusalBytes: 65_536,
      },
      channel: { frameMessages: 1000, frameLength, unacknowledged: 1000 },
      acknowledgeMs: 50,
      waiting: 10_000,
    },
    patience,
    greeting: () => manager.greeting(),
    receive: (messages) => manager.receive(messages),
    clock,
    log,
  });
  const load = new LoadReports({
    backEnd,
    send: (message) => connection.say(message),
    intervalMs: config['state-interval'],
    clock,
    log,
  });
  return group([createSole(dataFolder), backEnd, load, manager, connection], log);
}

/** Writes as much to the disk as a small task wants, and takes it away. */
async function tryDisk(file: string): Promise<void> {
  try {
    await writeFile(file, Buffer.alloc(trialBytes), { flush: true });
  } finally {
    await rm(file, { force: true });
  }
}

function ownerRules(
  config: AgentSettings,
  applications: readonly Application[],
  backEnd: BackEnd,
): OwnerRules {
  const { cpus, memoryBytes } = backEnd.capacity();
  const owners = config['task-owners'];
  return {
    applications,
    owners: owners.length === 0 ? undefined : owners,
    variables: config['task-variables'].map(readPattern),
    capacity: { cpus, memoryBytes, tasks: config['concurrent-programs'] ?? cpus },
    mostAttempts: config['most-tasks'],
    argumentCount: config['argument-count'],
    argumentBytes: config['argument-size'],
    argumentsBytes: config['arguments-size'],
    environmentBytes: config['environment-size'],
    inputBytes: config['input-size'],
    inputEntries: config['input-entries'],
    nameBytes: config['name-length'],
    depth: config['path-depth'],
    resultBytes: config['result-size'],
    graceMs: config['kill-grace'],
    processes: config['task-processes'],
  };
}

function readPattern(source: string): RegExp {
  try {
    // Read by itself first: ')|(' would be no expression, but would become one between the anchors.
    new RegExp(source, 'u');
    return new RegExp(`^(?:${source})$`, 'u');
  } catch (cause) {
    const detail = `agent.task-variables: '${source}' cannot be read: ${(cause as Error).message}`;
    throw new Refusal({
      code: 'bad-configuration',
      status: 400,
      detail,
      next: 'mend it in the configuration',
    });
  }
}

/** What brokers match tasks against. */
function factsOf(
  applications: readonly Application[],
  backEnd: BackEnd,
  diskBytes: number | undefined,
): AgentFacts['says'] {
  const headers = machineHeaders(backEnd.capacity(), diskBytes);
  return {
    Application: applications.map(({ name }) => stringText(name)),
    ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
  };
}
