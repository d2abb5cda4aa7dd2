import type { Refusal } from '../../failure.ts';
import type { Queued } from './step.ts';

/** What callers do in one turn of the event loop when they hear of their verbs: some milliseconds. */
const effortATurn = 1_000;

/**
 * Lets the callers know, in order, and no more of them in a turn of the event loop than have time for what they do then.
 * `steps` are those that do not know yet: more may be put behind. Verbs are refused where there is a reason to.
 */
export function settle(steps: Queued[], refusal: Refusal | undefined, done: () => void): void {
  let effort = 0;
  for (let step = steps[0]; step !== undefined; step = steps[0]) {
    if (effort > 0 && effort + step.effort > effortATurn) {
      setImmediate(() => settle(steps, refusal, done));
      return;
    }
    effort += step.effort;
    steps.shift();
    if (refusal !== undefined && step.kind === 'verb') step.refuse(refusal);
    else step.settle();
  }
  done();
}
