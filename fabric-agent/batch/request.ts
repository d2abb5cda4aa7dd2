import { userInfo } from 'node:os';
import type { RunOrder } from '../back-ends/back-end.ts';
import type { Reservation } from '../back-ends/reservations.ts';
import type { Request } from './system.ts';

/** What a job may take beyond its program, in milliseconds, before the system ends it. */
export const aroundMs = 60_000;
const mebibyte = 2 ** 20;

/** What the job of an attempt asks its system for. */
export function requestOf(
  { asks, timeMs, graceMs }: Pick<RunOrder, 'asks' | 'timeMs' | 'graceMs'>,
  reservation: string | null,
): Request {
  const lastsMs = timeMs + graceMs + aroundMs;
  return {
    cores: Math.max(1, Math.ceil(asks.cpus)),
    mebibytes: asks.memoryBytes === null ? null : Math.ceil(asks.memoryBytes / mebibyte),
    seconds: Number.isFinite(lastsMs) ? Math.ceil(lastsMs / 1000) : null,
    reservation,
  };
}

/** How long, in milliseconds, a job may take to begin in a reservation that has begun. */
const beginsMs = 30_000;

/**
 * The order of a task that is to be over when a reservation is: systems begin no job there of which they do not know that.
 * Undefined where too little is left of it for any.
 */
export function orderWithin(
  order: RunOrder,
  { startMs, endMs }: Pick<Reservation, 'startMs' | 'endMs'>,
  nowMs: number,
): RunOrder | undefined {
  const leftMs = endMs - Math.max(nowMs, startMs) - beginsMs - aroundMs - order.graceMs;
  return leftMs <= 0 ? undefined : { ...order, timeMs: Math.min(order.timeMs, leftMs) };
}

/** Whose jobs this process submits. Of a user whom the system has no name for, the number: batch systems take that too. */
export function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.());
  }
}
