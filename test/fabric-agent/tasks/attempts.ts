import fc from 'fast-check';
import { noExit } from '../../../fabric-agent/back-ends/back-end.ts';
import type { AttemptEvent, Kept } from '../../../fabric-agent/tasks/attempt.ts';
import type { ExitView } from '../../../protocol/jobs/job.ts';

/** What a broker has a node do, unless a test says more. */
export function keptOf(said: Partial<Kept> = {}): Kept {
  return {
    owner: 'local',
    application: 'mock',
    arguments: [],
    environment: {},
    inputs: [],
    outputs: null,
    cpus: 1,
    memoryBytes: null,
    diskBytes: null,
    timeLimitMs: 60_000,
    graceMs: 500,
    ...said,
  };
}

export const exitOf = (said: Partial<ExitView> = {}): ExitView => ({
  ...noExit('lost'),
  kind: 'exited',
  code: 0,
  startedAt: 1,
  endedAt: 2,
  ...said,
});

export const key = { task: 'j.1', attempt: 1 };

const exit = fc.constantFrom(exitOf(), exitOf({ code: 3 }), exitOf({ kind: 'cancelled', code: null }));

/** Anything that may happen to an attempt, in any order. */
export const anyEvent: fc.Arbitrary<AttemptEvent> = fc.oneof(
  fc.constant<AttemptEvent>({ type: 'assigned', key, kept: keptOf() }),
  fc.constant<AttemptEvent>({ type: 'unfit', code: 'x', reason: 'y', elsewhere: true }),
  fc.integer({ min: 0, max: 1e6 }).map((atMs): AttemptEvent => ({ type: 'asked', at: { boot: 'b', atMs } })),
  fc
    .record({ latestStartMs: fc.nat(), leaseMs: fc.option(fc.nat()) })
    .map((grant): AttemptEvent => ({ type: 'granted', ...grant })),
  fc.constant<AttemptEvent>({ type: 'launched', handle: 'h' }),
  fc.nat().map((graceMs): AttemptEvent => ({ type: 'cancelled', graceMs })),
  fc.nat().map((graceMs): AttemptEvent => ({ type: 'overgrown', reason: 'too much', graceMs })),
  exit.map((one): AttemptEvent => ({ type: 'exited', exit: one, why: null })),
  exit.map(
    (one): AttemptEvent => ({
      type: 'collected',
      result: { exit: one, stdout: { text: '' }, stderr: { text: '' }, outputs: [], fault: null },
    }),
  ),
  fc.constant<AttemptEvent>({ type: 'dropped' }),
  fc.constant<AttemptEvent>({ type: 'forgotten' }),
);
