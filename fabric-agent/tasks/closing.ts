import type { AgentFacts } from '../../protocol/agent/messages.ts';
import { noExit } from '../back-ends/back-end.ts';
import type { Opening } from '../hours/opening.ts';
import type { Unfit } from './admission.ts';
import type { Attempt, AttemptEvent } from './attempt.ts';

/** By how much, in milliseconds, a task may seem to end after closing time: brokers count from when they heard of that. */
const slackMs = 60_000;

/** Why what may run for so long (milliseconds; null where it says nothing) is not to begin at this time of day. */
export function whyShut(
  { unwilling, endsBy }: Opening,
  timeLimitMs: number | null,
  now: number,
): Unfit | undefined {
  if (unwilling !== undefined) return shut('draining', unwilling);
  if (endsBy === undefined || timeLimitMs === null || now + timeLimitMs <= endsBy + slackMs) return undefined;
  return shut('busy', 'this node closes before it could end');
}

function shut(word: 'draining' | 'busy', reason: string): Unfit {
  return { code: word, reason, elsewhere: true };
}

/** What comes of one that would begin when its node has closed: it has not run, and is tried elsewhere. */
export const tooLate: AttemptEvent = { type: 'exited', exit: noExit('too-late'), why: null };

/** What closing time is to an attempt: nothing to one that runs, unless the owner has it stopped. */
export function closing(
  attempt: Attempt,
  { unwilling, stops }: Opening,
  graceMs: number,
): readonly AttemptEvent[] {
  if (unwilling === undefined) return [];
  if (attempt.stage === 'held') return [{ type: 'unfit', ...shut('draining', unwilling) }];
  return attempt.stage === 'started' && stops ? [{ type: 'evicted', reason: unwilling, graceMs }] : [];
}

/** What brokers are told of the hours of a node. */
export function closingFacts(
  { closedUntil, endsBy }: Opening,
  now: number,
): Pick<AgentFacts, 'closedUntilMs' | 'closesInMs'> {
  return {
    ...(closedUntil === undefined ? {} : { closedUntilMs: closedUntil }),
    ...(endsBy === undefined ? {} : { closesInMs: Math.max(0, endsBy - now) }),
  };
}
