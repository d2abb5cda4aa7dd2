import { Refusal } from '../../platform/failure.ts';
import type {
  AgentFacts,
  AgentMessage,
  BrokerMessage,
  Inventory,
  Output,
} from '../../protocol/agent/messages.ts';
import type { Standing } from '../../protocol/agent/standing.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Claims } from '../capacity/claims.ts';
import type { Node } from './agent-node.ts';
import type { Amounts } from './assignment.ts';
import type { Kept } from './attempts.ts';
import { passing } from './heard.ts';
import type { Need } from './need.ts';
import type { Occupant, Terms } from './node.ts';

/** What reading a frame needs beside the node that sent it. */
interface Reading {
  /** What a task takes of the node, by the id of the task, for how long and in whose room. */
  readonly takesOf: (task: string) => Takes;
  /** Whether an attempt that the node has may begin beside what is held and reserved there. */
  readonly mayBegin: (attempt: string) => boolean;
  readonly learn: (facts: AgentFacts) => void;
  /** The node has said all that it has in its hands. */
  readonly known: () => void;
  /** Takes what a program has printed: nobody keeps it but who asked. */
  readonly output: (output: Output) => void;
  /** Takes how an attempt stands there, for who asked. */
  readonly standing: (said: Standing) => void;
}

/** What a task takes of a node. */
export interface Takes {
  readonly amounts: Amounts;
  readonly terms: Terms;
}

/** What a node says that has no room just now; the task may be brought there another time. */
const noRoom = 'full';

/** Attempts of one node (a count), whatever it says. */
const mostInInventory = 100_000;

type MayStart = Extract<AgentMessage, { type: 'may-start' }>;

/** What a task takes of a node, and on which terms; nothing that is known of one that is over. */
export function takenBy(
  need: Need | undefined,
  { occupancy, resource }: Node,
  claims: Claims,
): ReturnType<Reading['takesOf']> {
  if (need === undefined) return { amounts: new Map(), terms: { limitMs: null } };
  return { amounts: claims.taken(need.agreement, resource, occupancy.amountsOf(need)), terms: need };
}

/** By what an attempt is known among those that a node has in its hands. */
export function attemptName({ task, attempt }: { readonly task: string; readonly attempt: number }): string {
  return `${task} ${attempt}`;
}

/** The attempt of such a name. */
export function attemptOf(name: string): { readonly task: string; readonly attempt: number } {
  const at = name.lastIndexOf(' ');
  return { task: name.slice(0, at), attempt: Number(name.slice(at + 1)) };
}

/**
 * One frame of an agent, as it changes what is known of its node. What a node says of itself is so whether or not the
 * store has it yet: an attempt that ended there takes no more room.
 */
export class Frame {
  readonly #node: Node;
  readonly #reading: Reading;
  readonly #kept: Kept[] = [];
  readonly #drops: BrokerMessage[] = [];
  #hasFreed = false;
  #refusesForNow = false;

  constructor(node: Node, reading: Reading) {
    this.#node = node;
    this.#reading = reading;
  }

  /** Returns what is to be kept. Throws a Refusal where the facts of the node cannot be read. */
  read(messages: readonly AgentMessage[]): readonly Kept[] {
    // A node that says more than once what it has, has what it says last.
    const last = messages.findLastIndex(({ type }) => type === 'facts');
    for (const [index, message] of messages.entries())
      if (message.type !== 'facts' || index === last) this.#take(message);
    this.#letStart();
    return this.#kept;
  }

  /** Whether the node has more room than it had, or may have. */
  get hasFreed(): boolean {
    return this.#hasFreed;
  }

  /** Whether the node did not begin what it may begin another time. */
  get refusesForNow(): boolean {
    return this.#refusesForNow;
  }

  /** What the agent is told beside what the store answers. */
  get drops(): readonly BrokerMessage[] {
    return this.#drops;
  }

  /** Follows what the agent is told: what is dropped or forgotten takes no more room. */
  answered(replies: readonly BrokerMessage[], now: number): void {
    const { occupancy } = this.#node;
    for (const reply of replies) {
      if (reply.type === 'start') {
        const name = attemptName(reply);
        if (reply.leaseMs !== null) this.#node.ends.set(name, now + reply.leaseMs);
        if (!occupancy.has(name)) this.#put(name, reply.task, 'running');
      }
      if (reply.type === 'drop' || reply.type === 'forget')
        this.#hasFreed = this.#node.occupancy.remove(attemptName(reply)) || this.#hasFreed;
    }
  }

  #take(message: AgentMessage): void {
    const node = this.#node;
    const { occupancy } = node;
    switch (message.type) {
      case 'facts':
        this.#reading.learn(message);
        this.#hasFreed = true;
        return;
      case 'load':
        node.load = message.cpuLoad;
        return;
      case 'holds':
        node.inputs.take(message);
        return;
      case 'output':
        this.#reading.output(message);
        return;
      case 'standing':
        this.#reading.standing(message);
        return;
      case 'inventory':
        this.#takeInventory(message);
        return;
      case 'may-start':
        // What it was not given, or not any more, waits for nothing: the store will drop it.
        if (!occupancy.has(attemptName(message))) break;
        node.asking.set(attemptName(message), message);
        return;
      case 'stage':
        if (message.stage === 'staging-out') occupancy.leave(attemptName(message));
        node.ends.delete(attemptName(message));
        this.#hasFreed = true;
        break;
      case 'refuse':
      case 'ended':
        this.#refusesForNow ||= isForNow(message);
        this.#hasFreed = occupancy.remove(attemptName(message)) || this.#hasFreed;
        node.ends.delete(attemptName(message));
        break;
      case 'says':
      case 'results':
        break;
    }
    this.#kept.push(message);
  }

  /** What of it came before waits for the last of it: only all together says what is not there. */
  #takeInventory({ tasks, more }: Inventory): void {
    const node = this.#node;
    const { occupancy, inventory: all } = node;
    if (all.length + tasks.length > mostInInventory)
      throw new Refusal(failure('wrong-protocol', `an agent has at most ${mostInInventory} attempts`));
    all.push(...tasks);
    if (more) return;
    node.inventory = [];
    node.isKnown = true;
    this.#hasFreed = true;
    this.#kept.push({ type: 'inventory', tasks: all });
    occupancy.clear();
    for (const item of all) {
      if (item.stage === 'ended') continue;
      const phase = item.stage === 'started' ? 'running' : item.stage === 'staging-out' ? 'leaving' : 'held';
      this.#put(attemptName(item), item.task, phase);
    }
    this.#reading.known();
  }

  /** Those that ask and have room beside what runs may go on to the store; the others wait until something ends. */
  #letStart(): void {
    const { occupancy, asking } = this.#node;
    for (const [name, message] of asking) {
      const isThere = occupancy.has(name);
      const mayBegin = !isThere || this.#reading.mayBegin(name);
      const mayStart = mayBegin && (!isThere || occupancy.run(name));
      if (!mayStart && mayBegin && occupancy.mayEverRun(name)) continue;
      asking.delete(name);
      this.#hasFreed = true;
      if (mayStart) this.#kept.push(message);
      else this.#refuse(message);
    }
  }

  #put(name: string, task: string, phase: Occupant['phase']): void {
    const { amounts, terms } = this.#reading.takesOf(task);
    this.#node.occupancy.put(name, amounts, phase, terms);
  }

  /** The node says since that it has less than the task takes, or what it would take is held or reserved by now. */
  #refuse({ task, attempt }: MayStart): void {
    const reason = 'it has no room for it any more';
    this.#node.occupancy.remove(attemptName({ task, attempt }));
    this.#kept.push({ type: 'refuse', task, attempt, code: noRoom, reason, elsewhere: true });
    this.#drops.push({ type: 'drop', task, attempt, reason });
  }
}

/** Whether a node did not begin a task for a reason that passes. */
function isForNow(message: Extract<AgentMessage, { type: 'refuse' | 'ended' }>): boolean {
  return message.type === 'refuse' ? passing.has(message.code) : message.exit.kind === 'too-late';
}
