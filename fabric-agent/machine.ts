import { statfs } from 'node:fs/promises';
import { availableParallelism, loadavg, machine, type as systemType, totalmem } from 'node:os';
import type { Header } from '../grammar/index.ts';
import type { AgentSettings } from './settings.ts';

/** What this machine has to offer, as long as it runs. */
export interface Machine {
  /** Processor cores that programs may use. */
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The instruction set, as `uname -m` says it. */
  readonly arch: string;
  readonly os: string;
  /** What else it says of itself, such as its graphics processors. */
  readonly also?: readonly Header[];
}

/** How it is with this machine just now. */
export interface Moment {
  /** Programs that run or wait to run, for each core. */
  readonly load: number;
  /** What is left on the disk where programs run; nothing where the system does not say. */
  readonly diskBytes: number | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

type Shares = Pick<AgentSettings, 'cpus' | 'memory' | 'disk'>;

/** What the system has, or less where its owner says less. */
export function thisMachine({ cpus, memory }: Shares): Machine {
  return {
    cpus: Math.min(availableParallelism(), cpus ?? Number.POSITIVE_INFINITY),
    memoryBytes: Math.min(memoryLimitBytes(), memory ?? Number.POSITIVE_INFINITY),
    arch: machine(),
    os: systems[systemType()] ?? systemType(),
  };
}

/** How the machine is at `at`; `folder` is where programs run. */
export async function thisMoment({ disk }: Shares, folder: string, at: number): Promise<Moment> {
  const left = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  return {
    load: Number((loadavg()[0]! / availableParallelism()).toFixed(2)),
    diskBytes: left === undefined ? undefined : Math.min(left, disk ?? Number.POSITIVE_INFINITY),
    at,
  };
}

/** The limit that the system sets this process and its children, or all there is. */
function memoryLimitBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** As their makers write them, which is how the language writes them. */
const systems: Readonly<Record<string, string>> = { Darwin: 'macOS', Windows_NT: 'Windows' };
