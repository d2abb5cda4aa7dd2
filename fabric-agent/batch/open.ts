import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import { openBatchBackEnd } from '../back-ends/batch.ts';
import { sge } from '../back-ends/sge.ts';
import { slurm } from '../back-ends/slurm.ts';
import { torque } from '../back-ends/torque.ts';
import type { Machine, Moment } from '../machine.ts';
import { builtProgram, placeProgram } from '../programs.ts';
import type { AgentSettings } from '../settings.ts';
import type { BatchOptions } from './options.ts';
import { commandsIn, type RunCommand } from './run-command.ts';
import type { BatchSystem } from './system.ts';

/** Batch systems by the words of `agent.back-end`. */
const systems: Readonly<Record<string, BatchSystem>> = { slurm, torque, sge };

/** The batch system of a word; undefined where it is something else. */
export function batchSystemOf(word: string): BatchSystem | undefined {
  return Object.hasOwn(systems, word) ? systems[word] : undefined;
}

export interface OpeningBatch {
  readonly config: AgentSettings;
  readonly folder: string;
  readonly capacity: Machine;
  readonly load: () => Promise<Moment>;
  /** The search path of the agent. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the back end over a batch system. Throws a Refusal where that does not answer, or the runner is not there. */
export async function openBatch(system: BatchSystem, options: OpeningBatch): Promise<BackEnd> {
  const { config, folder, capacity, load, clock, log } = options;
  const run = batchCommands(options);
  const runner = await placeRunner(folder);
  return openOver(config, { system, folder, run, runner, machine: capacity, moment: load, clock, log });
}

/** What is not the owner's to say. */
export type Surrounding = Pick<
  BatchOptions,
  'system' | 'folder' | 'files' | 'user' | 'run' | 'runner' | 'machine' | 'moment' | 'clock' | 'log'
>;

/** Opens it as the owner's settings have it. Throws a Refusal where the system does not answer. */
export async function openOver(config: AgentSettings, surrounding: Surrounding): Promise<BackEnd> {
  try {
    return await openBatchBackEnd({
      ...surrounding,
      queue: queueOptions(config),
      mostQueued: config['max-queued'],
      reserves: config['reserved-slots'] > 0,
      patienceMs: config['queue-patience'],
      skewMs: config['clock-skew'],
      endsMs: config['end-interval'],
      queueMs: config['queue-interval'],
      vanishedMs: config['end-patience'],
    });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const detail = `${surrounding.system.name} does not say what it has: ${(error as Error).message}`;
    throw new Refusal(
      failure('back-end-failed', detail, 'see that its commands work for this user: ogm agent doctor'),
    );
  }
}

/** What an owner says of the queue. */
export function queueOptions(config: AgentSettings) {
  return {
    queue: config.queue,
    account: config.account,
    more: config['submit-options'],
    parallelEnvironment: config['parallel-environment'],
  };
}

/** Variables by which the commands find their system; no other of the agent's comes into a job. */
const passed = [
  ...['HOME', 'USER', 'LOGNAME', 'LD_LIBRARY_PATH', 'KRB5CCNAME'],
  ...['SLURM_CONF', 'SGE_ROOT', 'SGE_CELL', 'SGE_QMASTER_PORT', 'SGE_EXECD_PORT', 'SGE_CLUSTER_NAME'],
  ...['PBS_CONF_FILE', 'PBS_DEFAULT', 'PBS_EXEC', 'PBS_SERVER'],
];

/** Runs commands of the batch system as the settings have it. */
export function batchCommands({ config, path }: Pick<OpeningBatch, 'config' | 'path'>): RunCommand {
  const own = passed.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const environment = { ...Object.fromEntries(own), PATH: path };
  return commandsIn({ environment, timeoutMs: config['batch-timeout'] });
}

/**
 * Puts the runner where the machines of the cluster see it, and returns its path. It is known by what it is: jobs that
 * wait keep the one that they were made for.
 */
async function placeRunner(folder: string): Promise<string> {
  const program = await builtProgram('ogm-batch-runner');
  if (program !== undefined) return placeProgram(program, join(folder, 'batch'), 'runner');
  const detail = 'the program that runs tasks within jobs of a batch system is not built';
  const next = 'run npm run build where there is gcc; the package for linux-x64 brings it';
  throw new Refusal(failure('back-end-failed', detail, next));
}
