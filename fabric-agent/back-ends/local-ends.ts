import type { ExitView } from '../../protocol/jobs/job.ts';
import { type Ended, type Ending, notEnclosed } from '../supervisor/messages.ts';
import { noExit, type RunEnd } from './back-end.ts';
import { nodeFaults } from './node-faults.ts';

/**
 * How a run ended that the supervisor tells of; `bootedAt` is when the machine was booted, in milliseconds since 1970.
 */
export function endOf(ended: Ended, bootedAt: number): RunEnd {
  const { state, number, startedMs, endedMs, cpuMs, rssBytes, sentence } = ended;
  const why = sentence === '' ? null : sentence;
  // Of 0 the supervisor ended before it had begun it: that says nothing of the next time.
  if (state === 'not-started' && (number === 0 || faultsOfNodes.has(number)))
    return { state: 'ended', exit: noExit('too-late'), why, isNodesFault: number !== 0 };
  if (state === 'too-late' || state === 'not-started' || state === 'lost')
    return { state: 'ended', exit: noExit(state), why };
  const exit: ExitView = {
    kind: kinds[state],
    code: saysNumber.has(state) ? number : null,
    startedAt: bootedAt + startedMs,
    endedAt: bootedAt + endedMs,
    cpuSeconds: cpuMs / 1000,
    maxRssBytes: rssBytes,
  };
  return { state: 'ended', exit, why };
}

/** Whether something of a run may be left that no descendant of the supervisor is: it was not its own runner that told of its end. */
export function mayBeLeft({ state, number }: Ended): boolean {
  if (state === 'not-started') return number === notEnclosed;
  return state !== 'exited' && state !== 'too-late';
}

/** Ends of which the supervisor tells a number: the exit code, or the signal. */
const saysNumber: ReadonlySet<Ending> = new Set(['exited', 'signalled']);

const faultsOfNodes: ReadonlySet<number> = new Set([...nodeFaults, notEnclosed]);

const kinds: Readonly<Record<Exclude<Ending, 'too-late' | 'not-started' | 'lost'>, ExitView['kind']>> = {
  exited: 'exited',
  signalled: 'signalled',
  'timed-out': 'timed-out',
  'limit-memory': 'over-memory',
  'limit-processes': 'over-processes',
  'limit-output': 'over-output',
  cancelled: 'cancelled',
};
