import type { Assignment } from '../../protocol/agent/messages.ts';
import type { Application } from '../application.ts';
import { whyNotPassed } from '../environment.ts';
import type { Capacity } from './room.ts';

/** What the owner of this machine lets tasks do. */
export interface OwnerRules {
  readonly applications: readonly Application[];
  /** Users whose tasks run here; all that the broker sends where it is undefined. */
  readonly owners: readonly string[] | undefined;
  /** Whose this node is, where tasks of nobody else may run here: they would reach all that is its owner's. */
  readonly onlyOwner: string | undefined;
  /** What all of a variable's name must match, one of these. */
  readonly variables: readonly RegExp[];
  readonly capacity: Capacity;
  /** Attempts (a count) that may be here at once, running or not. */
  readonly mostAttempts: number;
  readonly argumentCount: number;
  readonly argumentBytes: number;
  readonly argumentsBytes: number;
  /** Bytes of a program's variables, their names among them. */
  readonly environmentBytes: number;
  readonly inputBytes: number;
  readonly inputEntries: number;
  /** Bytes of a path, and its parts. */
  readonly nameBytes: number;
  readonly depth: number;
  readonly resultBytes: number;
  readonly graceMs: number;
  /** Processes (a count) of one task. */
  readonly processes: number;
}

/** How an attempt runs here: what its owner and the owner of the machine allow, whichever is less. */
export interface Admitted {
  readonly argv: readonly string[];
  /** The image in which it runs; undefined where in none. */
  readonly image: string | undefined;
  readonly variables: ReadonlyMap<string, string>;
  readonly timeMs: number;
  readonly graceMs: number;
  readonly outputBytes: number;
  readonly memoryBytes: number;
  readonly processes: number;
  /** Bytes of disk beside its input. */
  readonly diskBytes: number;
}

export interface Unfit {
  readonly code: string;
  /** A sentence for the user. */
  readonly reason: string;
  /** Whether another node may take it. */
  readonly elsewhere: boolean;
}

type Order = Omit<Assignment, 'type' | 'task' | 'attempt'>;

/** Whether the owner lets a task run here, and how. Decided by what it is alone, so that it may be asked again. */
export function admit(order: Order, rules: OwnerRules): Admitted | Unfit {
  const refused = whyNotTaken(order, rules);
  if (refused !== undefined) return refused;
  const application = rules.applications.find(({ name }) => name === order.application);
  if (application === undefined) return elsewhere(`this node does not offer ${quoted(order.application)}`);
  const filled = application.commandLine(order.arguments);
  if ('reason' in filled) return elsewhere(`${application.name}: ${filled.reason}`);
  return {
    argv: filled.argv,
    image: filled.image,
    variables: new Map(Object.entries(order.environment)),
    timeMs: Math.min(order.timeLimitMs ?? Number.POSITIVE_INFINITY, application.timeMs),
    graceMs: Math.min(order.graceMs, rules.graceMs),
    outputBytes: application.outputBytes,
    memoryBytes: order.memoryBytes ?? rules.capacity.memoryBytes,
    processes: rules.processes,
    diskBytes: Math.min(order.diskBytes ?? Number.POSITIVE_INFINITY, rules.resultBytes),
  };
}

/** What is admitted where it may run so long, in milliseconds; nothing bounds it where that is undefined. */
export function within(admitted: Admitted | Unfit, mostMs: number | undefined): Admitted | Unfit {
  if ('reason' in admitted || mostMs === undefined || admitted.timeMs <= mostMs) return admitted;
  const seconds = (ms: number) => Math.max(0, Math.floor(ms / 1000));
  const most = seconds(mostMs);
  return elsewhere(
    `it may run for ${seconds(admitted.timeMs)} s, and the queue of this node lets it for ${most} s`,
  );
}

function whyNotTaken(order: Order, rules: OwnerRules): Unfit | undefined {
  if (rules.onlyOwner !== undefined && order.owner !== rules.onlyOwner)
    return elsewhere('this node keeps programs not apart, and runs tasks of its owner alone');
  if (rules.owners !== undefined && !rules.owners.includes(order.owner))
    return elsewhere(`the owner of this node runs no tasks of ${quoted(order.owner)}`);
  if (order.cpus > rules.capacity.cpus)
    return elsewhere(`it needs ${order.cpus} processor cores, and this node offers ${rules.capacity.cpus}`);
  if ((order.memoryBytes ?? 0) > rules.capacity.memoryBytes)
    return elsewhere(
      `it needs ${order.memoryBytes} bytes of memory, and this node offers ${rules.capacity.memoryBytes}`,
    );
  if ((order.diskBytes ?? 0) > rules.resultBytes)
    return elsewhere(
      `it needs ${order.diskBytes} bytes of disk, and a task may have ${rules.resultBytes} here`,
    );
  return (
    whyNotThoseWords(order, rules) ?? whyNotThoseVariables(order, rules) ?? whyNotThoseFiles(order, rules)
  );
}

function whyNotThoseWords({ arguments: words }: Order, rules: OwnerRules): Unfit | undefined {
  if (words.length > rules.argumentCount)
    return elsewhere(`it has ${words.length} arguments, and this node takes ${rules.argumentCount}`);
  if (words.some((word) => word.includes('\0'))) return nowhere('an argument holds a byte of 0');
  const sizes = words.map((word) => Buffer.byteLength(word));
  if (sizes.some((bytes) => bytes > rules.argumentBytes))
    return elsewhere(`an argument is longer than ${rules.argumentBytes} bytes, the bound here`);
  if (sizes.reduce((sum, bytes) => sum + bytes, 0) > rules.argumentsBytes)
    return elsewhere(`its arguments are longer than ${rules.argumentsBytes} bytes together, the bound here`);
  return undefined;
}

function whyNotThoseVariables({ environment }: Order, rules: OwnerRules): Unfit | undefined {
  let bytes = 0;
  for (const [name, value] of Object.entries(environment)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0'))
      return nowhere(`${quoted(name)} is no variable that a program can have`);
    const why = whyNotPassed(name);
    if (why !== undefined) return nowhere(why);
    if (!rules.variables.some((pattern) => pattern.test(name)))
      return elsewhere(`the owner of this node passes no variable of the name ${name} on`);
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
  }
  if (bytes > rules.environmentBytes)
    return elsewhere(`its variables take ${bytes} bytes, and this node takes ${rules.environmentBytes}`);
  return undefined;
}

function whyNotThoseFiles({ inputs }: Order, rules: OwnerRules): Unfit | undefined {
  if (inputs.length > rules.inputEntries)
    return elsewhere(`it has ${inputs.length} input files, and this node takes ${rules.inputEntries}`);
  const bytes = inputs.reduce((sum, input) => sum + input.bytes, 0);
  if (bytes > rules.inputBytes)
    return elsewhere(`its input files hold ${bytes} bytes, and this node takes ${rules.inputBytes}`);
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const { path } of inputs) {
    const names = path.split('/');
    if (Buffer.byteLength(path) > rules.nameBytes || names.length > rules.depth)
      return elsewhere(`the path ${quoted(path)} is longer or deeper than this node takes`);
    if (names.some((name) => Buffer.byteLength(name) > longestName))
      return nowhere(`the path ${quoted(path)} holds a name of more than ${longestName} bytes`);
    if (files.has(path) || folders.has(path))
      return nowhere(`two input files want the place ${quoted(path)}`);
    files.add(path);
    for (let depth = 1; depth < names.length; depth += 1) {
      const folder = names.slice(0, depth).join('/');
      if (files.has(folder)) return nowhere(`two input files want the place ${quoted(folder)}`);
      folders.add(folder);
    }
  }
  return undefined;
}

/** Bytes of one name in a directory, which no file system of ours passes. */
const longestName = 255;

function elsewhere(reason: string): Unfit {
  return { code: 'work-refused', reason, elsewhere: true };
}

function nowhere(reason: string): Unfit {
  return { code: 'work-refused', reason, elsewhere: false };
}

/** What was sent, as it may stand in a sentence: short, and on one line. */
function quoted(text: string): string {
  const line = JSON.stringify(text.slice(0, 80));
  return text.length > 80 ? `${line.slice(0, -1)}…"` : line;
}
