import type { Failure } from '../platform/failure.ts';

/** Exit codes by class of failure; docs/commands.md tells them to users. */
export const exit = {
  done: 0,
  /** The program ran, and ended with an exit code of its own that is not 0. */
  programFailed: 1,
  /** The command line, the configuration or the machine is not as the command needs it. */
  usage: 2,
  /** Nobody offers what was asked for. */
  noMatch: 3,
  /** A service, a broker or a host cannot be reached. */
  unreachable: 4,
  /** What was sent was refused. */
  refused: 5,
  /** A bound on time or output ended the program. */
  bound: 6,
  /** A fault of ours. */
  internal: 70,
  interrupted: 130,
  /** What this prints goes into a pipe that nobody reads any more. */
  readerGone: 141,
} as const;

/** The class of a failure, by the HTTP status that says the same. */
export function exitCodeOf(failure: Failure): number {
  if (usage.has(failure.code)) return exit.usage;
  if (failure.code === 'no-match') return exit.noMatch;
  if (failure.status === 502 || failure.status === 503 || failure.status === 504) return exit.unreachable;
  return failure.status >= 500 ? exit.internal : exit.refused;
}

/** What is mended on this machine, before anything is sent. */
const usage = new Set([
  'bad-configuration',
  'bad-certificate',
  'bad-setting',
  'bad-address',
  'bad-file',
  'bad-files',
  'address-in-use',
  'address-not-loopback',
  'address-unavailable',
  'folder-failed',
  'store-failed',
  'store-full',
  'store-in-use',
  'store-migration',
]);
