import type { Clock } from '../../platform/clock.ts';
import type { Standing } from '../../protocol/agent/standing.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { because } from '../../protocol/why/situations.ts';
import type { Node } from './agent-node.ts';
import type { Backlog } from './backlog.ts';
import type { Fleet } from './fleet.ts';
import type { Gates } from './gates.ts';
import type { Questions } from './questions.ts';
import { whyWaits } from './why.ts';

export interface WaitingParts {
  readonly backlog: Backlog;
  readonly fleet: Fleet;
  readonly gates: Gates;
  readonly questions: Questions;
  readonly clock: Clock;
}

/** Says why tasks wait: before a node was chosen for them, and on their nodes. */
export class Waiting {
  readonly #parts: WaitingParts;

  constructor(parts: WaitingParts) {
    this.#parts = parts;
  }

  /**
   * Why a task of a job waits for which no node was chosen: the first, or the one that these resources have refused;
   * undefined where none does.
   */
  of(job: number, refusedBy: readonly string[] = []): Cause | undefined {
    const { backlog, fleet, gates, clock } = this.#parts;
    const needs = backlog.waiting(job);
    const need = needs.find(({ not }) => not.join() === refusedBy.join()) ?? needs[0];
    const now = clock.now();
    const count = need === undefined ? backlog.fullAt(job) : undefined;
    if (count !== undefined) return because('at-once', { count });
    return need && (gates.why(need, now) ?? whyWaits(need, fleet, now));
  }

  /** The node of a resource, where it has a session. */
  node(resource: string): Node | undefined {
    return this.#parts.fleet.get(resource);
  }

  /** How an attempt stands on its node, by the word of that; undefined where it does not say. */
  async standing(
    resource: string,
    which: { readonly task: string; readonly attempt: number },
  ): Promise<Standing | undefined> {
    const node = this.#parts.fleet.get(resource);
    return node && this.#parts.questions.ask(node, which);
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#parts.clock.now();
  }
}
