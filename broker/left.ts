import { durationText, type Header, readLiteral } from '../grammar/index.ts';
import type { NodeState } from '../protocol/agent/gathering.ts';
import type { Change } from './announcer.ts';

/** What is left of a node, as its agent says. */
export interface Left {
  /** Whether it takes nothing more just now. */
  readonly isSoldOut: boolean;
  /** Whether nothing of it is taken. */
  readonly isWhole: boolean;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** How long what is sent there now waits before it starts, in milliseconds, where its agent knows. */
  readonly startDelayMs: number | undefined;
  /** Of a queue: how many tasks its owner lets wait or run there yet; each may take all that there is. */
  readonly slots: number | undefined;
  /** How many jobs wait in that queue, whosever they are. */
  readonly waiting: number | undefined;
}

export function leftOf({ state, running, held, free, startDelayMs, queue }: NodeState): Left {
  const isSoldOut = state === 'draining' || free.tasks === 0 || free.cpus === 0;
  return {
    isSoldOut,
    isWhole: !isSoldOut && running + held === 0,
    cpus: free.cpus,
    memoryBytes: free.memoryBytes,
    startDelayMs,
    slots: queue === undefined ? undefined : Math.min(free.tasks, queue.mostQueued),
    waiting: queue?.waiting,
  };
}

/** What a node says of itself, with what is left in place of what it has; one that is sold out has no slot. */
export function saysLeft(says: readonly Header[], left: Left | undefined): readonly Header[] {
  if (left === undefined) return says;
  const { isWhole, isSoldOut, startDelayMs, waiting } = left;
  const slots = isSoldOut ? 0 : left.slots;
  const headers = says.flatMap((header) => {
    if (header.name === 'Slots' && slots !== undefined) return [];
    if (header.name === 'Start-Delay' && startDelayMs !== undefined) return [];
    if (header.name === queueLength && waiting !== undefined) return [];
    return isWhole ? header : lessOf(header, left);
  });
  if (slots !== undefined) headers.push({ name: 'Slots', value: String(slots) });
  if (waiting !== undefined) headers.push({ name: queueLength, value: String(waiting) });
  if (startDelayMs !== undefined)
    headers.push({ name: 'Start-Delay', value: startDelayMs === 0 ? '0 s' : durationText(startDelayMs) });
  return headers;
}

/** How many jobs wait; the language knows no name for it, so a number is what it is read as. */
const queueLength = 'Queue-Length';

/** By what a change of what is left is judged. */
export interface LeftRules {
  /** Processors and memory that changed by less, in hundredths of what the node has, may wait. */
  readonly leftStep: number;
}

/** How far what is left is from what was told of it, of a node that says this. */
export function changeOfLeft(
  now: Left | undefined,
  told: Left | undefined,
  says: readonly Header[],
  { leftStep }: LeftRules,
): Change {
  // Where its agent says nothing for a moment, it will say more soon.
  if (now === undefined || told === undefined)
    return now === told || (now ?? told)?.isWhole === true ? 'none' : 'small';
  if (now.isSoldOut !== told.isSoldOut) return 'great';
  if (now.isSoldOut) return 'none'; // whatever it would have
  const sizeOf = (name: string) => sizeOfHeader(says.find((header) => header.name === name)) ?? 0;
  const moved = [
    { by: Math.abs(now.cpus - told.cpus), of: sizeOf('Cpus') },
    { by: Math.abs(now.memoryBytes - told.memoryBytes), of: sizeOf('Memory') },
  ].filter(({ by, of }) => by > 0 && of > 0);
  const [slots, slotsTold] = [now.slots ?? 0, told.slots ?? 0];
  if (slots !== slotsTold) moved.push({ by: Math.abs(slots - slotsTold), of: Math.max(slots, slotsTold) });
  if (moved.some(({ by, of }) => by * 100 >= leftStep * of)) return 'great';
  const isSlower = now.startDelayMs !== told.startDelayMs || now.waiting !== told.waiting;
  return moved.length > 0 || isSlower || now.isWhole !== told.isWhole ? 'small' : 'none';
}

/** Never more than the node says that it has. */
function lessOf({ name, value }: Header, { cpus, memoryBytes }: Left): Header {
  const size = sizeOfHeader({ name, value });
  if (size === undefined) return { name, value };
  if (name === 'Cpus' && cpus < size) return { name, value: String(Math.floor(cpus * 1000) / 1000) };
  if (name === 'Memory' && memoryBytes < size)
    return { name, value: `${Math.floor(memoryBytes / mebibyte)} MiB` };
  return { name, value };
}

const mebibyte = 2 ** 20;

/** Where it is one amount, and no test or choice. */
export function sizeOfHeader(header: Header | undefined): number | undefined {
  const value = header === undefined ? undefined : readLiteral(header.value);
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : undefined;
}
