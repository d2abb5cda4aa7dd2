import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { unknownCluster } from '../back-ends/family.ts';
import { batchCommands, queueOptions } from '../batch/open.ts';
import { outputOf } from '../batch/run-command.ts';
import type { AgentSettings } from '../settings.ts';
import { QueueLook } from './look.ts';
import { pbsQueue } from './pbs.ts';
import { sgeQueue } from './sge.ts';
import { slurmQueue } from './slurm.ts';
import type { QueueSystem, Surroundings } from './system.ts';

/** By the words of `agent.back-end`. */
const systems: Readonly<Record<string, QueueSystem>> = {
  slurm: slurmQueue,
  sge: sgeQueue,
  torque: pbsQueue,
};

export interface OpeningQueue {
  readonly config: AgentSettings;
  /** The search path of the agent. */
  readonly path: string;
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly log: Log;
}

/** The queue in which tasks of an agent wait. */
export interface AgentQueue {
  /** The batch system and its cluster, such as `slurm lab@head`: jobs of one are found in no other. */
  readonly cluster: string;
  readonly look: QueueLook;
}

/** Characters of what a batch system calls itself that are kept. */
const longestCluster = 150;

/** Undefined where tasks of these settings wait in no queue. */
export async function openQueue(opening: OpeningQueue): Promise<AgentQueue | undefined> {
  const { config, path, surroundings, clock, log } = opening;
  const word = config['back-end'];
  const system = Object.hasOwn(systems, word) ? systems[word] : undefined;
  if (system === undefined) return undefined;
  const run = batchCommands({ config, path });
  const cluster = await outputOf(run, system.cluster())
    .then((output) => system.clusterIn(output, surroundings))
    .catch((error: unknown) => {
      log.info('the batch system does not say which cluster it is of', { error });
      return unknownCluster;
    });
  return {
    cluster: `${word} ${cluster.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, longestCluster)}`,
    look: new QueueLook({
      ...{ system, run, clock, log },
      options: queueOptions(config),
      intervalMs: config['queue-look'],
    }),
  };
}
