import { userInfo } from 'node:os';
import type { RunOrder } from '../back-ends/back-end.ts';
import type { Request } from './system.ts';

/** What a job may take beyond its program, in milliseconds, before the system ends it. */
const aroundMs = 60_000;
const mebibyte = 2 ** 20;

/** What the job of an attempt asks its system for. */
export function requestOf({ asks, timeMs, graceMs }: Pick<RunOrder, 'asks' | 'timeMs' | 'graceMs'>): Request {
  const lastsMs = timeMs + graceMs + aroundMs;
  return {
    cores: Math.max(1, Math.ceil(asks.cpus)),
    mebibytes: asks.memoryBytes === null ? null : Math.ceil(asks.memoryBytes / mebibyte),
    seconds: Number.isFinite(lastsMs) ? Math.ceil(lastsMs / 1000) : null,
  };
}

/** Whose jobs this process submits. Of a user whom the system has no name for, the number: batch systems take that too. */
export function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.());
  }
}
