import type { AttemptKey, BackEnd, Place, Powers, RunLimits, RunOrder } from '../back-ends/back-end.ts';

/** The supervisor's runner, which is the first process inside: a program on this machine that runs wherever it is shown. */
export type Runner = string;

/** How a program is to be started inside. */
export interface EnclosedStart {
  /** The program that encloses; its last words are the runner's. */
  readonly argv: readonly string[];
  /** What that program finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What programs run inside of, so that they are kept from this machine and from each other. */
export interface Enclosure {
  readonly powers: Pick<Powers, 'isolates' | 'containers'>;
  /** As whom programs run, where that is not the user of the agent; known once it is open. */
  readonly user: number | undefined;
  /** What the supervisor is to hold for a program to keep these limits, with what encloses it. */
  limits(limits: RunLimits): RunLimits;
  /** Makes sure that it works. Throws a Refusal `back-end-failed` where it does not. */
  open(runner: Runner): Promise<void>;
  start(order: RunOrder, place: Place): EnclosedStart;
  /** Brings an image, as {@link BackEnd.bring}. */
  bring?: BackEnd['bring'];
  /** Where programs are no descendants of the supervisor: has nothing of runs be left, before it is said that they have ended. */
  end?(runs: readonly AttemptKey[]): Promise<void>;
  /** The same for all runs but some. */
  endAllBut?(runs: readonly AttemptKey[]): Promise<void>;
}

/** The words of the runner for an order: what it does itself, then the program of the order. */
export function runnerWords(order: RunOrder, place: Place, user: number): string[] {
  const { latestStartMs, endMs, graceMs, argv } = order;
  const moments = [latestStartMs, endMs + graceMs].map((ms) =>
    String(Math.max(1, Math.min(Math.floor(ms), Number.MAX_SAFE_INTEGER))),
  );
  return ['run-inside', ...moments, String(user), place.folder, ...argv];
}
