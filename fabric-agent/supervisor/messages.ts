/** What one attempt at a task is known by. */
export interface TaskName {
  /** 1 to 128 of `A-Z a-z 0-9 . _ -`, no dot first. */
  readonly task: string;
  /** A whole number, below a thousand million. */
  readonly attempt: number;
}

export const endings = [
  'exited',
  'signalled',
  'timed-out',
  'limit-memory',
  'limit-processes',
  'limit-output',
  'cancelled',
  'too-late',
  'not-started',
  'lost',
] as const;

/** The number of a `not-started` task of which what was to enclose it failed. */
export const notEnclosed = 4096;

/** How a task ended. `too-late` and `not-started`: nothing ran. `lost`: nothing is left, and how far it came is unknown. */
export type Ending = (typeof endings)[number];

export interface Ended extends TaskName {
  readonly state: Ending;
  /** The exit code, the signal, or the system's number of the error of what was not started ({@link notEnclosed} among them); else 0. */
  readonly number: number;
  /** Milliseconds since the machine was booted. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** Of the program and all that it started, together. */
  readonly cpuMs: number;
  /** Of the largest single process. */
  readonly rssBytes: number;
  /** Why nothing ran, or empty. */
  readonly sentence: string;
}

export interface Running extends TaskName {
  readonly state: 'running';
  /** Milliseconds since the machine was booted. */
  readonly startedMs: number;
}

export type TaskState = Running | Ended;

/** The clock by which leases are told, and what this supervisor can promise. */
export interface Now {
  readonly bootId: string;
  /** Milliseconds since the machine was booted, time asleep included. */
  readonly bootMs: number;
  /** Each task has a parent of its own, which bounds it though the supervisor be killed, and checks its latest start just before it executes. */
  readonly parents: boolean;
  /** `all`: what a task has started never outlives it. `group`: what has left the program's group may, unless its environment gives it away. */
  readonly descendants: 'all' | 'group';
  /** The limits that are enforced, of `output`, `memory` and `processes`. */
  readonly limits: readonly string[];
  /** Those that the system itself holds, at once and for all of a task together; others are looked at each second. */
  readonly grouped: readonly string[];
  /** Why not memory and processes both, as half a sentence; empty where they are. */
  readonly ungrouped: string;
  /** Whether arguments and variables may hold bytes that are no UTF-8. */
  readonly anyBytes: boolean;
  /** Whether a program never inherits a descriptor that whoever started the supervisor had left open. */
  readonly closesAll: boolean;
  /** Whether it starts what encloses a program, with a runner of its own inside. */
  readonly encloses: boolean;
  readonly known: number;
  readonly running: number;
  /** Why the journal cannot be written, or empty. Meanwhile nothing starts, and exits wait. */
  readonly journal: string;
}

/** The bounds of one task, of all its processes together; 0 is none. */
export interface TaskLimits {
  /** Of standard output and standard error together. */
  readonly outputBytes: number;
  readonly memoryBytes: number;
  readonly processes: number;
}

export interface StartOrder extends TaskName {
  /** The boot whose clock the two times are of. */
  readonly bootId: string;
  /** When it may start at the latest, and when it is told to end; milliseconds since boot, 0: none. */
  readonly latestStartMs: number;
  readonly endMs: number;
  /** Between being told to end and being killed. */
  readonly graceMs: number;
  readonly limits: TaskLimits;
  /** Each `NAME=value`; beside them the program gets `OGM_TASK`, its folder. */
  readonly environment: readonly (string | Uint8Array)[];
  /** The program (absolute, or relative to `work/`), then its arguments. No shell, no PATH. */
  readonly argv: readonly (string | Uint8Array)[];
  /**
   * Whether that program encloses the task's own, and runs the supervisor's `run-inside` there as the first process of a pid
   * namespace, at its own standard input and output.
   */
  readonly enclosed?: boolean;
}

/** Reads the fields that tell of a task, from its id on. Throws on what cannot be. */
export function readTask(fields: readonly string[]): TaskState {
  const [task = '', attempt, state = '', ...rest] = fields;
  const name = { task, attempt: Number(attempt) };
  if (state === 'running') return { ...name, state, startedMs: Number(rest[0]) };
  const ending = endings.find((each) => each === state);
  if (ending === undefined || rest.length !== 6) throw new RangeError(`no state of a task: ${state}`);
  const [number = 0, startedMs = 0, endedMs = 0, cpuMs = 0, rssBytes = 0] = rest.slice(0, 5).map(Number);
  return { ...name, state: ending, number, startedMs, endedMs, cpuMs, rssBytes, sentence: rest[5] ?? '' };
}

export function readNow(fields: readonly string[]): Now {
  const said = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) said.set(fields[at]!, fields[at + 1]!);
  const text = (name: string) => said.get(name) ?? '';
  const words = (name: string) =>
    text(name)
      .split(' ')
      .filter((word) => word !== '');
  return {
    bootId: text('boot-id'),
    bootMs: Number(text('boot-ms')),
    parents: text('parents') === 'yes',
    descendants: text('descendants') === 'all' ? 'all' : 'group',
    limits: words('limits'),
    grouped: words('grouped'),
    ungrouped: text('ungrouped'),
    anyBytes: text('any-bytes') === 'yes',
    closesAll: text('closes-all') === 'yes',
    encloses: text('encloses') === 'yes',
    known: Number(text('known')),
    running: Number(text('running')),
    journal: text('journal'),
  };
}
