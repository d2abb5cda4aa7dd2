import type { NodeState } from '../../protocol/agent/gathering.ts';
import { aroundMs } from '../batch/request.ts';
import type { AgentQueue } from './open.ts';

/** No start is said to be put off for longer, in milliseconds. */
const longestDelayMs = 30 * 86_400_000;

/** Characters of what a queue is known by, and of its name. */
const longestId = 512;
const longestName = 256;

/** Which queue it is: two agents that send tasks to the same one say the same, whoever they are. */
export function queueIdOf({ cluster, look }: AgentQueue): string | undefined {
  return look.facts && `${cluster} ${look.facts.name}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, longestId);
}

/** How long, in milliseconds, the queue lets a task run, whose job asks for its grace and more beside; undefined where nothing is said. */
export function longestTaskMs({ look }: AgentQueue, graceMs: number): number | undefined {
  const walltimeMs = look.facts?.walltimeMs ?? undefined;
  return walltimeMs && walltimeMs - graceMs - aroundMs;
}

/**
 * What a node says of its queue: nothing while the batch system says nothing. Where that does not say how long what comes now
 * waits, the tasks tell that came to their end last.
 */
export function queueStanding(
  queue: AgentQueue,
  mostTasks: number,
  observedMs: number | undefined,
): Pick<NodeState, 'queue' | 'startDelayMs'> {
  const { facts } = queue.look;
  const id = queueIdOf(queue);
  if (facts === undefined || id === undefined) return {};
  const { name, total, free, waiting, running, walltimeMs, mostQueued, startDelayMs = observedMs } = facts;
  const delay =
    startDelayMs === undefined ? {} : { startDelayMs: Math.round(Math.min(startDelayMs, longestDelayMs)) };
  return {
    ...delay,
    queue: {
      ...{ id, name: name.slice(0, longestName), total, free, waiting, running },
      mostQueued: Math.min(mostTasks, mostQueued ?? Number.POSITIVE_INFINITY),
      walltimeMs,
    },
  };
}
