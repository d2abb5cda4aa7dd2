import type { Clock } from '../../platform/clock.ts';
import type { Output, PrintedStream } from '../../protocol/agent/messages.ts';
import type { Node } from './agent-node.ts';
import { refusal } from './owned.ts';

/** What is wanted of what an attempt prints. */
export interface Wanted {
  /** As agents know it. */
  readonly task: string;
  readonly attempt: number;
  readonly stream: PrintedStream;
  readonly offset: number;
  /** Bytes, no more than one message of an agent holds; 0 asks only how many there are. */
  readonly most: number;
  /** How long, in milliseconds, the first byte may be waited for. */
  readonly waitMs: number;
}

/** What a node says of it. */
export interface Said {
  readonly bytes: Buffer;
  /** How many bytes there are in all by now. */
  readonly size: number;
  /** Whether its program may print more. */
  readonly isOpen: boolean;
}

interface Pending {
  readonly node: Node;
  readonly wanted: Wanted;
  readonly settle: (said: Said | Error) => void;
}

/**
 * What programs print while they run, as their nodes tell it to those who ask, and only then: each question is one
 * message there and one back. What an agent says that nobody asked is passed over.
 */
export class LiveOutput {
  readonly #limits: { readonly readsEach: number; readonly answerMs: number };
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  /** @param limits questions (a count) to one node at once, and how long, in milliseconds, it may take to answer one */
  constructor(limits: { readonly readsEach: number; readonly answerMs: number }, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Asks a node. Throws a Refusal `node-silent` or `node-busy`, and `cancelled` where the signal is aborted. */
  read(resource: string, node: Node | undefined, wanted: Wanted, signal: AbortSignal): Promise<Said> {
    if (node === undefined) return Promise.reject(silent(resource));
    if (this.#underWay(node) >= this.#limits.readsEach) return Promise.reject(busy(resource));
    const { promise, resolve, reject } = Promise.withResolvers<Said>();
    this.#last += 1;
    const ask = this.#last;
    const tooLate = this.#clock.after(wanted.waitMs + this.#limits.answerMs, () => settle(silent(resource)));
    const leave = () => reject(refusal('cancelled', 'nobody waits for it any more')); // the node goes on looking, and counts until it has answered
    const settle = (said: Said | Error) => {
      this.#pending.delete(ask);
      tooLate();
      signal.removeEventListener('abort', leave);
      if (said instanceof Error) reject(said);
      else resolve(said);
    };
    this.#pending.set(ask, { node, wanted, settle });
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    const { waitMs, ...rest } = wanted;
    node.link.send([{ type: 'read', ask, waitMs, ...rest }]);
    return promise;
  }

  /** An agent answers. */
  heard(node: Node, { ask, task, attempt, bytes, size, state }: Output): void {
    const asked = this.#pending.get(ask);
    if (asked === undefined || asked.node !== node) return;
    const { wanted, settle } = asked;
    if (wanted.task !== task || wanted.attempt !== attempt) return;
    const isOpen = state === 'open';
    if (state === 'busy') settle(busy(node.resource));
    else settle({ bytes: Buffer.from(bytes, 'base64').subarray(0, wanted.most), size, isOpen });
  }

  /** A session is over: what was asked in it is not answered any more. */
  gone(node: Node | undefined): void {
    for (const pending of [...this.#pending.values()])
      if (pending.node === node) pending.settle(silent(pending.node.resource));
  }

  /** Nothing is answered any more. */
  stop(): void {
    for (const { settle } of [...this.#pending.values()]) settle(refusal('stopped', 'the broker stops'));
  }

  #underWay(node: Node): number {
    let count = 0;
    for (const pending of this.#pending.values()) if (pending.node === node) count += 1;
    return count;
  }
}

function silent(resource: string) {
  return refusal('node-silent', `nothing is heard of ${resource}, where the program runs`);
}

function busy(resource: string) {
  return refusal('node-busy', `${resource} is telling others what programs print there, as many as it may`);
}
