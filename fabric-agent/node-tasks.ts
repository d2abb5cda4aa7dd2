import { join } from 'node:path';
import { stringText } from '../grammar/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { KeyPair } from '../platform/identity/key-pair.ts';
import type { Log } from '../platform/log.ts';
import type { Application } from './application.ts';
import { chooseBackEnd, type Kept, runsThere } from './back-ends/choose.ts';
import { familyOf } from './back-ends/family.ts';
import { batchSystemOf } from './batch/open.ts';
import type { Opening } from './hours/opening.ts';
import { type ListeningClient, openClients } from './listening/listening-client.ts';
import { type Machine, thisMoment } from './machine.ts';
import { openQueue } from './queues/open.ts';
import type { AgentSettings } from './settings.ts';
import { readEnrolments } from './tasks/enrolment.ts';
import { type BrokerLine, createTasks, type Tasks } from './tasks/index.ts';
import { hasLeft } from './tasks/strays.ts';
import type { Willingness } from './willingness.ts';

export interface NodeTasksOptions {
  readonly config: AgentSettings;
  /** How brokers are reached; without it there are none. */
  readonly line: BrokerLine | undefined;
  readonly applications: readonly Application[];
  readonly additions: ReadonlyMap<string, string>;
  readonly capacity: Machine;
  readonly willingness: Willingness;
  /** Whether it serves at this time of day. */
  readonly opening: Opening;
  /** The agent's search path. */
  readonly path: string;
  readonly dataFolder: string;
  /** What of this machine no program that is isolated sees, beside that. */
  readonly kept: Kept | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** The tasks of an agent. */
export interface NodeTasks {
  readonly tasks: Tasks;
  /** By which brokers know it, where it was enrolled at one. */
  readonly key: KeyPair | undefined;
  /** Those that may call it. */
  readonly clients: readonly ListeningClient[];
  /** What there is for them: that of the cluster, where they run in one. */
  readonly capacity: Machine;
}

/** The tasks of the brokers at which this agent was enrolled, and of clients that may call it; undefined where there is neither. */
export async function openNodeTasks(options: NodeTasksOptions): Promise<NodeTasks | undefined> {
  const { config, line, clock, log, dataFolder, capacity, kept, applications, ...shared } = options;
  const enrolments = line === undefined ? [] : await readEnrolments(dataFolder);
  const clients = line === undefined ? [] : await openClients({ config, dataFolder, clock, log });
  const [first = clients[0]?.enrolled] = enrolments;
  // Also with nobody to work for, what is left of who is no more is ended.
  if (line === undefined || (first === undefined && !(await hasLeft(dataFolder)))) return undefined;
  const folder = join(dataFolder, 'tasks');
  const backEnd = await chooseBackEnd({
    ...{ config, dataFolder, path: shared.path, clock, log, folder },
    capacity: named(config['back-end'], capacity),
    ...(kept === undefined ? {} : { kept }),
    load: () => thisMoment(config, folder, clock.now()),
    surroundings: process.env,
  });
  const queue = await openQueue({ config, path: shared.path, surroundings: process.env, clock, log });
  const there = applications.filter((each) => runsThere(config, each));
  const others = applications.filter((each) => !there.includes(each)).map(({ name }) => name);
  if (others.length > 0)
    log.warn('applications are not offered to brokers, for the back end cannot run them', { names: others });
  const tasks = createTasks({
    ...{ ...shared, config, dataFolder, clock, log, enrolments, clients, line, backEnd, queue },
    family: familyOf(config, queue?.cluster),
    applications: there,
  });
  const isEnrolled = enrolments.length > 0;
  return { tasks, clients, key: isEnrolled ? first?.key : undefined, capacity: backEnd.capacity() };
}

/** What tasks may take, with the name of the batch system that gives it. */
function named(backEnd: AgentSettings['back-end'], machine: Machine): Machine {
  if (batchSystemOf(backEnd) === undefined) return machine;
  return { ...machine, also: [...(machine.also ?? []), { name: 'Fabric', value: stringText(backEnd) }] };
}
