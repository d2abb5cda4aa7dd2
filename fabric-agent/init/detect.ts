import { readdir, stat } from 'node:fs/promises';
import { commandsIn, outputOf, type RunCommand } from '../batch/run-command.ts';
import { findProgram } from '../detection.ts';
import { thisMachine } from '../machine.ts';
import type { Found, FoundBatch } from './found.ts';
import { gridQueuesIn, partitionsIn, pbsQueuesIn } from './queues.ts';

export interface Surroundings {
  /** What commands that are asked find in their environment, with their search path. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the system shows its processes. */
  readonly processes: string;
  /** The user who runs this; undefined where the system knows no such numbers. */
  readonly uid: number | undefined;
}

/** How long, in milliseconds, a command may take to say what is here. */
const askMs = 10_000;
/** Users below and above are the system's own, on the systems that there are (`UID_MIN`, `UID_MAX` of login.defs). */
const firstPerson = 1_000;
const lastPerson = 60_000;
/** Processes (a count) that are looked at. */
const mostProcesses = 20_000;

const systems: readonly {
  readonly backEnd: FoundBatch['backEnd'];
  /** A command that no other system has. */
  readonly sign: string;
  readonly asks: readonly [string, ...string[]];
  readonly read: (output: string) => Pick<FoundBatch, 'queues' | 'usual'>;
}[] = [
  { backEnd: 'slurm', sign: 'sbatch', asks: ['sinfo', '-h', '-o', '%P|%a'], read: partitionsIn },
  { backEnd: 'sge', sign: 'qconf', asks: ['qconf', '-sql'], read: gridQueuesIn },
  { backEnd: 'torque', sign: 'pbsnodes', asks: ['qstat', '-Q'], read: pbsQueuesIn },
];

/** Looks at this machine as the user who runs this has it. Changes nothing; takes some seconds at most. */
export async function detect({ environment, processes, uid }: Surroundings): Promise<Found> {
  const given = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const run = commandsIn({ environment: Object.fromEntries(given), timeoutMs: askMs });
  const path = environment.PATH ?? '';
  const troubles: string[] = [];
  const [batch, engine, bubblewrap, others] = await Promise.all([
    batchSystems(run, path, troubles),
    engineOf(run, path, troubles),
    hasBubblewrap(run, path, troubles),
    othersIn(processes, uid),
  ]);
  const { cpus, memoryBytes } = thisMachine({ cpus: undefined, memory: undefined, disk: undefined });
  return { batch, engine, bubblewrap, cpus, memoryBytes, others, troubles: troubles.toSorted() };
}

async function batchSystems(run: RunCommand, path: string, troubles: string[]): Promise<FoundBatch[]> {
  const found: FoundBatch[] = [];
  for (const { backEnd, sign, asks, read } of systems) {
    if ((await findProgram(sign, path)) === undefined) continue;
    const said = await tried(outputOf(run, asks), troubles);
    if (said !== undefined) found.push({ backEnd, ...read(said) });
  }
  return found;
}

/** The first engine that lists what it runs: one whose service is another's says no. */
async function engineOf(run: RunCommand, path: string, troubles: string[]): Promise<Found['engine']> {
  for (const engine of ['podman', 'docker'] as const) {
    if ((await findProgram(engine, path)) === undefined) continue;
    if ((await tried(outputOf(run, [engine, 'ps', '--quiet']), troubles)) !== undefined) return engine;
  }
  return undefined;
}

async function hasBubblewrap(run: RunCommand, path: string, troubles: string[]): Promise<boolean> {
  if ((await findProgram('bwrap', path)) === undefined) return false;
  const words = ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', 'true'];
  return (await tried(outputOf(run, ['bwrap', ...words]), troubles)) !== undefined;
}

async function tried<T>(work: Promise<T>, troubles: string[]): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    troubles.push((error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 300));
    return undefined;
  }
}

/** Of how many other people something runs here. */
async function othersIn(processes: string, uid: number | undefined): Promise<number> {
  const names = await readdir(processes).catch(() => []);
  const people = new Set<number>();
  for (const name of names.filter((one) => /^\d+$/.test(one)).slice(0, mostProcesses)) {
    const owner = await stat(`${processes}/${name}`).then(
      (found) => found.uid,
      () => undefined, // it has ended
    );
    if (owner !== undefined && owner !== uid && owner >= firstPerson && owner <= lastPerson)
      people.add(owner);
  }
  return people.size;
}
