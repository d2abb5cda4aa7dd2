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
}

export function leftOf({ state, running, held, free, startDelayMs }: NodeState): Left {
  const isSoldOut = state === 'draining' || free.tasks === 0 || free.cpus === 0;
  return {
    isSoldOut,
    isWhole: !isSoldOut && running + held === 0,
    cpus: free.cpus,
    memoryBytes: free.memoryBytes,
    startDelayMs,
  };
}

/** What a node says of itself, with what is left in place of what it has; one that is sold out has no slot. */
export function saysLeft(says: readonly Header[], left: Left | undefined): readonly Header[] {
  if (left === undefined) return says;
  const { isWhole, isSoldOut, startDelayMs } = left;
  const headers = says.flatMap((header) => {
    if (header.name === 'Slots' && isSoldOut) return [];
    if (header.name === 'Start-Delay' && startDelayMs !== undefined) return [];
    return isWhole ? header : lessOf(header, left);
  });
  if (isSoldOut) headers.push({ name: 'Slots', value: '0' });
  if (startDelayMs !== undefined) headers.push({ name: 'Start-Delay', value: durationText(startDelayMs) });
  return headers;
}

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
  if (moved.some(({ by, of }) => by * 100 >= leftStep * of)) return 'great';
  const isSlower = (now.startDelayMs ?? 0) !== (told.startDelayMs ?? 0);
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
function sizeOfHeader(header: Header | undefined): number | undefined {
  const value = header === undefined ? undefined : readLiteral(header.value);
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : undefined;
}
