import type { AgentFacts, AgentMessage, BrokerMessage, Inventory } from '../../protocol/agent/messages.ts';
import { HeldInputs } from './held-inputs.ts';
import type { Need } from './need.ts';
import { Occupancy } from './node.ts';
import { localOwner } from './owner.ts';

/** The way to an agent: never throws, keeps the order, and sends again what was not heard. */
export interface NodeLink {
  send(messages: readonly BrokerMessage[]): void;
}

/** Which resource a session is of, and who owns that. */
export interface Resource {
  readonly resource: string;
  readonly owner: string;
  /** Whether its agent runs as the user who runs the broker: its programs would be administrators there. */
  readonly isHouse?: boolean;
}

/** A node whose agent has a session. */
export class Node {
  readonly resource: string;
  readonly owner: string;
  readonly isHouse: boolean;
  readonly link: NodeLink;
  readonly occupancy = new Occupancy();
  readonly inputs = new HeldInputs();
  facts: AgentFacts | undefined;
  /** What it has said so far of what it has in its hands, as long as more is to come. */
  inventory: Inventory['tasks'] = [];
  /** Whether the agent has said what it has in its hands: before, it gets nothing. */
  isKnown = false;
  /** Whether the broker's owner wants it to get nothing. */
  isDraining = false;
  /** Whether it has just not begun what it had said it had room for: it is left alone for a moment. */
  isPaused = false;
  load = 0;
  /** When whatever still runs there is ended, in milliseconds since 1970; undefined where what runs may finish. */
  closesAt: number | undefined;
  /** Attempts that asked whether they may start, and wait for room beside what runs: each once, by name. */
  readonly asking = new Map<string, Extract<AgentMessage, { type: 'may-start' }>>();

  /** When what runs has ended at the latest, in milliseconds since 1970, by attempt; of one that has no limit nothing. */
  readonly ends = new Map<string, number>();

  constructor({ resource, owner, isHouse = false }: Resource, link: NodeLink) {
    this.resource = resource;
    this.owner = owner;
    this.isHouse = isHouse;
    this.link = link;
  }

  /** When the first of what runs has ended at the latest; undefined where nobody knows. */
  get freeBy(): number | undefined {
    let first: number | undefined;
    for (const end of this.ends.values()) if (first === undefined || end < first) first = end;
    return first;
  }

  /** Whether it may get anything at all. */
  get isOpen(): boolean {
    const { facts, isKnown, isDraining, isPaused } = this;
    return isKnown && facts !== undefined && !isDraining && !isPaused && !facts.draining;
  }

  /** Whether it ends what runs before a task with such a need that began now would have ended. */
  closesBefore({ limitMs }: Need, now: number): boolean {
    return this.closesAt !== undefined && limitMs !== null && now + limitMs > this.closesAt;
  }

  /**
   * Whether its owner's tasks may run there: not where they would be the user who runs the broker, and its owner is another,
   * unless who runs the agent accepts that.
   */
  get servesOwner(): boolean {
    const { facts, isHouse, owner } = this;
    if (!isHouse || owner === localOwner) return true;
    return facts !== undefined && (facts.powers.isolates || facts.acceptsUnisolated === true);
  }

  /** Whether tasks of others may run there: kept apart, or as its owner accepts that they are not. */
  get servesOthers(): boolean {
    const { facts, isHouse } = this;
    return facts !== undefined && (facts.powers.isolates || (facts.acceptsUnisolated === true && !isHouse));
  }
}

/** How busy a node is, for those who look. */
export interface NodeLoad {
  readonly running: number;
  readonly held: number;
  readonly mostTasks: number | null;
  /** Whether it says that it takes no more. */
  readonly isDraining: boolean;
  readonly says: AgentFacts['says'] | null;
  /** What its back end can do beyond what all can, by name; null as long as it has not said. */
  readonly powers: readonly string[] | null;
  /** Whether its owner's tasks may run there. */
  readonly servesOwner: boolean;
  /** The queue in which its tasks wait, if they wait in one. */
  readonly queue?: string | undefined;
  /** How it keeps programs of others apart; undefined as long as it has not said. */
  readonly keeping: Keeping | undefined;
}

/** How the programs of a node run, as far as others than its owner are concerned. */
interface Keeping {
  /** Whether they reach nothing of the machine but what is theirs. */
  readonly isolates: boolean;
  /** Whether the owner of the node lets others' run all the same. */
  readonly acceptsUnisolated: boolean;
  /** Whether they run as the user who runs the broker, who is its administrator. */
  readonly isHouse: boolean;
}

export function loadOf({ occupancy, facts, isHouse, servesOwner }: Node): NodeLoad {
  const { running, held } = occupancy;
  const { mostTasks = null, says = null, acceptsUnisolated = false } = facts ?? {};
  const keeping = facts && { isolates: facts.powers.isolates, acceptsUnisolated, isHouse };
  const powers = facts === undefined ? null : powersOf(facts);
  const isDraining = facts?.draining === true;
  return {
    ...{ running, held, mostTasks, isDraining, says, powers, servesOwner, keeping },
    queue: facts?.powers.queue,
  };
}

function powersOf({ powers: { limits, queueMs, queue: _, ...others } }: AgentFacts): string[] {
  const has = Object.entries(others).filter(([, is]) => is === true);
  return [...limits, ...has.map(([name]) => name), ...(queueMs === undefined ? [] : ['queue'])].sort();
}
