/**
 * Whom a fault is done to. A node is its agent, its supervisor and all that runs there; `job` is one of a batch system, which
 * somebody else there ends.
 */
export type Victim = 'broker' | 'agent' | 'supervisor' | 'parent' | 'node' | 'market' | 'bus' | 'job';

/** Something bad that happens at a moment of a run. Times are milliseconds from its beginning; spans milliseconds. */
export type Fault = { readonly atMs: number; readonly forMs: number } & (
  | {
      /** kill -9. `forMs`: how long it stays away. */
      readonly does: 'kill';
      readonly whom: Victim;
      /** From 0 to below 1: which of those that there are. */
      readonly pick: number;
    }
  /** SIGSTOP, and SIGCONT after a while. */
  | { readonly does: 'stop'; readonly whom: Stopped; readonly pick: number }
  /** The line between agent and broker, one of them: all connections end, and none can be made for a while. */
  | { readonly does: 'cut'; readonly pick: number }
  /** What crosses it is late. */
  | { readonly does: 'delay'; readonly byMs: number; readonly pick: number }
  /** Connections that one side takes for alive, and the other knows nothing of. */
  | { readonly does: 'half-open'; readonly knows: 'agent' | 'broker'; readonly pick: number }
  /** A job of a batch system is put back into its queue. */
  | { readonly does: 'requeue'; readonly pick: number }
  /** A full disk. */
  | { readonly does: 'fill'; readonly whom: 'broker' | 'agent'; readonly pick: number }
);

/** Who can be stopped. */
type Stopped = 'broker' | 'agent' | 'supervisor' | 'parent';

/** How the tasks of a job are to go. */
export type JobKind = 'plain' | 'leased' | 'repeatable' | 'files' | 'cancelled' | 'overlong';

export interface PlannedJob {
  /** The word by which it is known when it is sent again. */
  readonly request: string;
  readonly atMs: number;
  readonly kind: JobKind;
  /** How long each of its tasks sleeps, in milliseconds. */
  readonly sleepsMs: readonly number[];
  /** Whether it is to run under an agreement, where work is paid for. */
  readonly isPaid: boolean;
}

export interface Plan {
  readonly faults: readonly Fault[];
  readonly jobs: readonly PlannedJob[];
}

export interface PlanOptions {
  readonly seed: number;
  /** How long there are faults, in milliseconds. */
  readonly ms: number;
  /** How many tasks (a count) there are together. */
  readonly tasks: number;
  /** Whether disks can be filled here. */
  readonly canFill: boolean;
  /** Whether batch systems run the tasks. */
  readonly inBatch?: boolean | undefined;
}

/** Milliseconds between two faults, on the average. */
const faultEveryMs = 2_500;

/** Tasks (a count) of the largest job. */
const mostTasks = 24;

/** Of so many jobs one is paid for. */
const paidEach = 2;

/** How long a task sleeps at most, in milliseconds; most of them much shorter. */
const longestSleepMs = 1_500;

/** Of each kind of fault how often it comes, beside the others. */
const faults = {
  'kill broker': 5,
  'kill agent': 5,
  'kill supervisor': 5,
  'kill parent': 5,
  'kill node': 1,
  'stop broker': 2,
  'stop agent': 2,
  'stop supervisor': 2,
  'stop parent': 2,
  cut: 3,
  delay: 2,
  'half-open': 3,
  'fill broker': 1,
  'fill agent': 1,
} as const;

/** The same where batch systems run the tasks, with a market and a bus beside. */
const faultsInBatch = {
  'kill broker': 4,
  'kill agent': 6,
  'kill market': 2,
  'kill bus': 3,
  'kill job': 5,
  requeue: 3,
  'stop broker': 2,
  'stop agent': 2,
  cut: 3,
  delay: 2,
  'half-open': 3,
} as const;

const kinds: Readonly<Record<JobKind, number>> = {
  plain: 5,
  leased: 4,
  repeatable: 2,
  files: 4,
  cancelled: 1,
  overlong: 1,
};

/** All that is done in a run, by its seed: the same seed, the same faults and the same jobs. */
export function planOf({ seed, ms, tasks, canFill, inBatch = false }: PlanOptions): Plan {
  const weights = inBatch ? faultsInBatch : faults;
  return { faults: faultsOf(randomOf(seed), weights, ms, canFill), jobs: jobsOf(randomOf(~seed), ms, tasks) };
}

function faultsOf(
  random: Random,
  weights: Readonly<Partial<Record<FaultName, number>>>,
  ms: number,
  canFill: boolean,
): Fault[] {
  const all: Fault[] = [];
  for (let atMs = 0; ; ) {
    atMs += Math.round(faultEveryMs * (0.25 + 1.5 * random()));
    if (atMs >= ms) return all;
    // All that is drawn is drawn for each, so that what cannot be done here moves nothing else.
    const name = chosen(weights, random());
    const [first, second, third] = [random(), random(), random()];
    const fault = faultOf(name, { atMs, first, second, third });
    if (canFill || fault.does !== 'fill') all.push(fault);
  }
}

type FaultName = keyof typeof faults | keyof typeof faultsInBatch;

interface Drawn {
  readonly atMs: number;
  readonly first: number;
  readonly second: number;
  readonly third: number;
}

function faultOf(name: FaultName, { atMs, first, second, third }: Drawn): Fault {
  const [does, whom] = name.split(' ');
  const during = (longest: number) => ({ atMs, forMs: Math.round(longest * second ** 2) });
  switch (does) {
    case 'kill':
      return { does, whom: whom as Victim, ...during(4_000), pick: first };
    case 'stop':
      return {
        does,
        whom: whom as Stopped,
        ...during(5_000),
        pick: first,
      };
    case 'requeue':
      return { does, ...during(0), pick: first };
    case 'cut':
      return { does, ...during(6_000), pick: first };
    case 'delay':
      return { does, ...during(5_000), byMs: Math.round(800 * third), pick: first };
    case 'half-open':
      return { does, ...during(6_000), knows: first < 0.5 ? 'agent' : 'broker', pick: third };
    default:
      return { does: 'fill', whom: whom as 'broker' | 'agent', ...during(5_000), pick: first };
  }
}

function jobsOf(random: Random, ms: number, tasks: number): PlannedJob[] {
  const all: Omit<PlannedJob, 'atMs'>[] = [];
  for (let left = tasks; left > 0; ) {
    const kind = chosen(kinds, random());
    const count = Math.min(left, 1 + Math.floor(mostTasks * random() ** 2));
    left -= count;
    const sleepsMs = Array.from({ length: count }, () => Math.round(longestSleepMs * random() ** 2));
    all.push({ request: `chaos-${all.length + 1}`, kind, sleepsMs, isPaid: all.length % paidEach === 0 });
  }
  // All of them come before the faults are over.
  return all.map((job, index) => ({ ...job, atMs: Math.round((0.85 * ms * index) / all.length) }));
}

/** The name at `at`, from 0 to below 1, of all names one after another, each as wide as its weight. */
function chosen<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>, at: number): Name {
  const entries = Object.entries(weights as Readonly<Record<string, number>>) as [Name, number][];
  let left = at * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    if (left < weight) return name;
    left -= weight;
  }
  return entries.at(-1)![0];
}

/** Numbers from 0 to below 1. */
export type Random = () => number;

/** The generator mulberry32, whose numbers depend on the seed alone. */
export function randomOf(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
