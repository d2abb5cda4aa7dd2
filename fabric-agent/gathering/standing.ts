import type { Clock } from '../../platform/clock.ts';
import type { NodeState, ToGathering } from '../../protocol/agent/gathering.ts';

/** Says how a node stands whenever that has changed, and twice every `stateMs` milliseconds, until what it returns is called. */
export function saying(options: {
  readonly standing: () => NodeState;
  readonly say: (message: ToGathering) => void;
  readonly stateMs: number;
  /** How often it is looked whether it has changed, in milliseconds. */
  readonly lookMs: number;
  readonly clock: Clock;
}): () => void {
  const { standing, say, stateMs, lookMs, clock } = options;
  let cancel = () => {};
  let before = '';
  let saidAt = 0;
  const look = () => {
    const state = standing();
    const text = JSON.stringify(state);
    if (text !== before || clock.now() - saidAt >= stateMs / 2) {
      say({ type: 'state', ...state });
      before = text;
      saidAt = clock.now();
    }
    cancel = clock.after(lookMs, look);
  };
  look();
  return () => cancel();
}
