import type { Clock } from '../../platform/clock.ts';
import type { Node } from './agent-node.ts';
import type { Backlog } from './backlog.ts';
import { attemptOf } from './frame.ts';
import type { Leases } from './leases.ts';
import type { OneQueue } from './one-queue.ts';

interface QueueEndsParts {
  readonly queues: OneQueue;
  readonly leases: Leases;
  readonly backlog: Backlog;
  /** What an agent had in a queue may be there no more. */
  readonly freed: (agent: string) => void;
  readonly clock: Clock;
}

/** When what runs has ended at the latest, as far as that outlives the session in which it was let start. */
export class QueueEnds {
  readonly #parts: QueueEndsParts;
  /** By agent that is not there: what calls off the look at what it has left. */
  readonly #looks = new Map<string, () => void>();

  constructor(parts: QueueEndsParts) {
    this.#parts = parts;
  }

  stop(): void {
    for (const cancel of this.#looks.values()) cancel();
    this.#looks.clear();
  }

  /** What was let start before the broker began ends with its lease; what has a limit, and no lease any more, is over. */
  known({ occupancy, ends }: Node): void {
    const { leases, backlog, clock } = this.#parts;
    for (const name of occupancy.started()) {
      if (ends.has(name)) continue;
      const { task, attempt } = attemptOf(name);
      const key = backlog.keyOf(task);
      const until = key && leases.untilOf({ ...key, attempt });
      const isLimited = key === undefined || backlog.needOf(key.job)?.limitMs !== null;
      if (until !== undefined) ends.set(name, until);
      else if (isLimited) ends.set(name, clock.now());
    }
  }

  /** An agent is not there: each time that something which it may have in a queue is over, others have room. */
  left(agent: string): void {
    const { queues, freed, clock } = this.#parts;
    this.#looks.get(agent)?.();
    this.#looks.delete(agent);
    const end = queues.nextEnd(agent);
    if (end === undefined) return;
    const look = () => {
      this.left(agent);
      freed(agent);
    };
    this.#looks.set(agent, clock.after(Math.max(0, end - clock.now()), look));
  }
}
