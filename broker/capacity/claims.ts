import type { Amounts } from '../jobs/assignment.ts';
import { type Span, tasksAtOnce } from './timeline.ts';

/** What a deal has of one node: held for an Offer, or reserved by its agreement. */
export interface Claim {
  readonly deal: number;
  /** The name of the node's agent. */
  readonly agent: string;
  readonly slots: number;
  /** What one slot takes. */
  readonly amounts: Amounts;
  /** In milliseconds since 1970. */
  readonly from: number;
  /** Not included. */
  readonly until: number;
  /** The Id of the agreement whose tasks run in it; undefined of what is held for an Offer. */
  readonly agreement: string | undefined;
  /** Whether the batch system behind the node keeps it, once the Offer is accepted. */
  readonly backEnd: boolean;
  /** Whether the node has gone, or has too little left for it. */
  readonly short: boolean;
  /** The same, with what all slots take together. */
  readonly span: Span;
}

export function claim(said: Omit<Claim, 'span'>): Claim {
  const { slots, amounts, from, until } = said;
  const all = new Map(Array.from(amounts, ([name, amount]) => [name, amount * slots]));
  return { ...said, span: { amounts: all.set(tasksAtOnce, slots), from, until } };
}

const nothing: readonly Claim[] = [];
const nothingTaken: readonly Span[] = [];

/**
 * What is held and reserved, in memory, node by node. A verb of the store changes it as it changes the table, and may be
 * undone: until the commit is known, whoever gives out room sees what was let go as still there.
 */
export class Claims {
  readonly #byAgent = new Map<string, readonly Claim[]>();
  readonly #spans = new Map<string, readonly Span[]>();
  readonly #byDeal = new Map<number, Set<string>>();
  /** By agent, what was let go by verbs of which it is not known yet whether they stand. */
  readonly #leaving = new Map<string, readonly Claim[]>();

  /** Of a node, for those that plan within a verb. */
  of(agent: string): readonly Claim[] {
    return this.#byAgent.get(agent) ?? nothing;
  }

  /** The same, each with what it takes in all. */
  spansOf(agent: string): readonly Span[] {
    return this.#spans.get(agent) ?? nothingTaken;
  }

  /** Of a node, for those that give out room: what may yet prove to be there counts. */
  surely(agent: string): readonly Claim[] {
    const leaving = this.#leaving.get(agent);
    return leaving === undefined ? this.of(agent) : [...this.of(agent), ...leaving];
  }

  /** What an agreement has of a node. */
  reserved(agreement: string, agent: string): Claim | undefined {
    return this.of(agent).find((one) => one.agreement === agreement);
  }

  /**
   * What a task takes of a node that would take `own`: under an agreement as much as a slot of that has by now, for that is
   * reserved and paid for, whatever it was when the task was submitted.
   */
  taken(agreement: string | undefined, agent: string, own: Amounts): Amounts {
    const claim = agreement === undefined ? undefined : this.reserved(agreement, agent);
    return claim === undefined ? own : new Map([...own, ...claim.amounts]);
  }

  /** The agents of whose nodes a deal has something. */
  agentsOf(deal: number): readonly string[] {
    return [...(this.#byDeal.get(deal) ?? [])];
  }

  ofDeal(deal: number): readonly Claim[] {
    return this.agentsOf(deal).flatMap((agent) => this.of(agent).filter((one) => one.deal === deal));
  }

  /** The agents of whose nodes anything is held or reserved. */
  get agents(): Iterable<string> {
    return this.#byAgent.keys();
  }

  /** Says anew all that there is of a node. */
  set(agent: string, claims: readonly Claim[]): void {
    for (const { deal } of this.of(agent)) {
      const agents = this.#byDeal.get(deal);
      if (agents?.delete(agent) && agents.size === 0) this.#byDeal.delete(deal);
    }
    if (claims.length === 0) {
      this.#byAgent.delete(agent);
      this.#spans.delete(agent);
    } else {
      this.#byAgent.set(agent, claims);
      const spans = claims.map(({ span }) => span);
      this.#spans.set(agent, spans);
    }
    for (const { deal } of claims) this.#byDeal.set(deal, (this.#byDeal.get(deal) ?? new Set()).add(agent));
  }

  /** Lets go of what a deal has; returns the agents. */
  letGo(deal: number): readonly string[] {
    const agents = this.agentsOf(deal);
    for (const agent of agents) {
      const [kept, gone] = [this.of(agent), this.of(agent)].map((all, index) =>
        all.filter((one) => (one.deal === deal) === (index === 1)),
      ) as [Claim[], Claim[]];
      this.set(agent, kept);
      this.#leaving.set(agent, [...(this.#leaving.get(agent) ?? nothing), ...gone]);
    }
    return agents;
  }

  /** What was let go stays so: the commit is known. */
  settled(): void {
    this.#leaving.clear();
  }
}
