import { longestUnwilling } from '../../protocol/agent/facts.ts';
import type { AgentFacts, AgentMessage } from '../../protocol/agent/messages.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import type { Opening } from '../hours/opening.ts';
import type { OwnerRules } from './admission.ts';
import { closingFacts } from './closing.ts';

export interface NodeFacts {
  readonly backEnd: Pick<BackEnd, 'powers'>;
  readonly rules: Pick<OwnerRules, 'capacity'>;
  /** What the node is, as brokers are told. */
  readonly says: () => AgentFacts['says'];
  /** In which queue its tasks wait, where that is known. */
  readonly queueId?: () => string | undefined;
  /** Attempts (a count) that are taken ahead of those that run. */
  readonly mostHeld: number;
  /** Whether tasks of others than the owner run here though nothing keeps them apart. */
  readonly acceptsUnisolated: boolean;
  /** Whether it serves at this time of day. */
  readonly opening: Opening;
}

/** What a broker is told of a node; `unwilling` is why it takes no more, and `now` in milliseconds since 1970. */
export function factsOf(node: NodeFacts, unwilling: string | undefined, now: number): AgentMessage {
  const { backEnd, rules, says, acceptsUnisolated, mostHeld, opening } = node;
  const { limits, isolates, gracefulCancel, outlivesAgent, arrays, containers, reserve, queues } =
    backEnd.powers;
  const queue = node.queueId?.();
  const named = queue === undefined ? {} : { queue };
  const waiting = queues === null ? {} : { queueMs: queues.patienceMs, ...named };
  return {
    type: 'facts',
    says: says(),
    powers: {
      ...{ limits: [...limits], isolates, gracefulCancel, outlivesAgent, arrays, containers, reserve },
      ...waiting,
    },
    acceptsUnisolated,
    mostTasks: rules.capacity.tasks,
    mostHeld,
    draining: unwilling !== undefined,
    ...(unwilling === undefined ? {} : { unwilling: unwilling.slice(0, longestUnwilling) }),
    ...closingFacts(opening, now),
  };
}
