import type { Clock } from '../../platform/clock.ts';
import type { Standing } from '../../protocol/agent/standing.ts';
import type { Node } from './agent-node.ts';

interface Pending {
  readonly node: Node;
  readonly task: string;
  readonly attempt: number;
  readonly settle: (said: Standing | undefined) => void;
}

/** Questions (a count) that one node is asked at once. */
const mostEach = 16;
/** How long, in milliseconds, it may take to answer one: it may have to ask a batch system. */
const answerMs = 15_000;

/** Asks nodes how attempts stand there: one message there and one back. What an agent says that nobody asked is passed over. */
export class Questions {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined where it does not say in time. */
  ask(node: Node, which: { readonly task: string; readonly attempt: number }): Promise<Standing | undefined> {
    const underWay = [...this.#pending.values()].filter((pending) => pending.node === node).length;
    if (underWay >= mostEach) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<Standing | undefined>();
    this.#last += 1;
    const ask = this.#last;
    const cancel = this.#clock.after(answerMs, () => settle(undefined));
    const settle = (said: Standing | undefined) => {
      this.#pending.delete(ask);
      cancel();
      resolve(said);
    };
    this.#pending.set(ask, { node, ...which, settle });
    node.link.send([{ type: 'why', ...which, ask }]);
    return promise;
  }

  /** An agent answers. */
  heard(node: Node, said: Standing): void {
    const asked = this.#pending.get(said.ask);
    if (asked?.node === node && asked.task === said.task && asked.attempt === said.attempt)
      asked.settle(said.stage === 'busy' ? undefined : said);
  }

  /** A session is over: what was asked in it is not answered any more. */
  gone(node: Node | undefined): void {
    for (const pending of [...this.#pending.values()]) if (pending.node === node) pending.settle(undefined);
  }

  /** Nothing is answered any more. */
  stop(): void {
    for (const { settle } of [...this.#pending.values()]) settle(undefined);
  }
}
