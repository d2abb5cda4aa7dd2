import type { Clock } from '../../platform/clock.ts';
import type { Node } from './agent-node.ts';
import type { Backlog } from './backlog.ts';
import type { Fleet } from './fleet.ts';
import type { Tries } from './tries.ts';

export interface FreedParts {
  readonly fleet: Fleet;
  readonly backlog: Backlog;
  readonly tries: Tries;
  readonly clock: Clock;
  /** For how long, in milliseconds, a node is left alone that did not begin what it has room for. */
  readonly pauseMs: number;
  /** There may be something to be given out. */
  readonly wake: () => void;
  /** Lets tasks start that asked whether they may, where there is room by now. */
  readonly letStart: (node: Node) => Promise<void>;
}

/** What waits is looked at again where there may be room for it by now. */
export class Freed {
  readonly #parts: FreedParts;

  constructor(parts: FreedParts) {
    this.#parts = parts;
  }

  /** A node has room, or may have, and with it those that share its queue. */
  on(node: Node): void {
    for (const one of [node, ...this.#parts.fleet.queues.others(node)]) this.#hasRoom(one);
  }

  /** What an agent had in a queue that is not there any more leaves room to the others. */
  with(agent: string): void {
    for (const node of this.#parts.fleet.queues.of(agent)) this.#hasRoom(node);
  }

  /** Tasks under an agreement may start that could not. */
  under(agreement: string): void {
    this.#parts.backlog.wake((need) => need.agreement === agreement);
    this.#parts.wake();
  }

  /** A node that does not begin what it has room for, by its own word, is not given it again and again. */
  later(node: Node): void {
    if (node.isPaused) return;
    node.isPaused = true;
    const { clock, pauseMs } = this.#parts;
    clock.after(pauseMs, () => {
      node.isPaused = false;
      this.on(node);
    });
  }

  #hasRoom(node: Node): void {
    const { fleet, backlog, tries, wake, letStart } = this.#parts;
    if (node.isOpen) backlog.wake((need) => fleet.fitting(need).includes(node.resource));
    wake();
    if (node.asking.size > 0) tries.once('let tasks start', () => letStart(node));
  }
}
