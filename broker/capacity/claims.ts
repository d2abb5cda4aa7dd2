import type { Amounts } from '../jobs/assignment.ts';
import { Profile, type Span } from './profile.ts';
import { tasksAtOnce } from './timeline.ts';

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

/** What is held and reserved of one node. */
interface OfNode {
  readonly byDeal: Map<number, Claim>;
  readonly byAgreement: Map<string, Claim>;
  readonly profile: Profile;
  /** All of them, until something changes. */
  all: readonly Claim[] | undefined;
}

/**
 * What is held and reserved, in memory, node by node: of one node a deal has one claim at most. A verb of the store changes
 * it as it changes the table, and may be undone: until the commit is known, whoever gives out room sees what was let go as
 * still there.
 */
export class Claims {
  readonly #byAgent = new Map<string, OfNode>();
  readonly #byDeal = new Map<number, Set<string>>();
  /** By agent, what was let go by verbs of which it is not known yet whether they stand. */
  readonly #leaving = new Map<string, readonly Claim[]>();

  /** Of a node, for those that plan within a verb. */
  of(agent: string): readonly Claim[] {
    const ofNode = this.#byAgent.get(agent);
    if (ofNode === undefined) return nothing;
    ofNode.all ??= [...ofNode.byDeal.values()];
    return ofNode.all;
  }

  /** The same, as it is taken over time; undefined where nothing is. */
  takenOf(agent: string): Profile | undefined {
    return this.#byAgent.get(agent)?.profile;
  }

  /** What was let go of a node, and may yet prove to be there: it counts for those that give out room. */
  leaving(agent: string): readonly Claim[] {
    return this.#leaving.get(agent) ?? nothing;
  }

  /** Whether anything is held or reserved of a node, or may yet prove to be. */
  isClaimed(agent: string): boolean {
    return this.#byAgent.has(agent) || this.#leaving.has(agent);
  }

  /** What an agreement has of a node. */
  reserved(agreement: string, agent: string): Claim | undefined {
    return this.#byAgent.get(agent)?.byAgreement.get(agreement);
  }

  /** What agreements have of it. */
  *reservedOf(agent: string): Generator<Claim, void, void> {
    yield* this.#byAgent.get(agent)?.byAgreement.values() ?? [];
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
    return this.agentsOf(deal).flatMap((agent) => this.ofDealOn(deal, agent) ?? []);
  }

  /** What a deal has of one node; undefined where it has nothing of it. */
  ofDealOn(deal: number, agent: string): Claim | undefined {
    return this.#byAgent.get(agent)?.byDeal.get(deal);
  }

  /** The agents of whose nodes anything is held or reserved. */
  get agents(): Iterable<string> {
    return this.#byAgent.keys();
  }

  /** Says anew all that there is of a node. */
  set(agent: string, claims: readonly Claim[]): void {
    for (const { deal } of this.of(agent)) this.#forget(deal, agent);
    this.#byAgent.delete(agent);
    for (const one of claims) this.put(one);
  }

  /** What a deal has of a node is this from now on. */
  put(made: Claim): void {
    const { deal, agent, agreement } = made;
    const ofNode = this.#byAgent.get(agent) ?? { ...noneYet(), all: undefined };
    this.#byAgent.set(agent, ofNode);
    const before = ofNode.byDeal.get(deal);
    if (before?.agreement !== undefined) ofNode.byAgreement.delete(before.agreement);
    ofNode.byDeal.set(deal, made);
    if (agreement !== undefined) ofNode.byAgreement.set(agreement, made);
    if (before?.span !== made.span) {
      if (before !== undefined) ofNode.profile.remove(before.span);
      ofNode.profile.add(made.span);
    }
    ofNode.all = undefined;
    this.#byDeal.set(deal, (this.#byDeal.get(deal) ?? new Set()).add(agent));
  }

  /** Lets go of what a deal has; returns the agents. */
  letGo(deal: number): readonly string[] {
    const agents = this.agentsOf(deal);
    for (const agent of agents) {
      const gone = this.#take(deal, agent);
      if (gone !== undefined) this.#leaving.set(agent, [...this.leaving(agent), gone]);
    }
    return agents;
  }

  /** What was let go stays so: the commit is known. */
  settled(): void {
    this.#leaving.clear();
  }

  #take(deal: number, agent: string): Claim | undefined {
    const ofNode = this.#byAgent.get(agent);
    const gone = ofNode?.byDeal.get(deal);
    if (ofNode === undefined || gone === undefined) return undefined;
    ofNode.byDeal.delete(deal);
    if (gone.agreement !== undefined) ofNode.byAgreement.delete(gone.agreement);
    ofNode.profile.remove(gone.span);
    ofNode.all = undefined;
    if (ofNode.byDeal.size === 0) this.#byAgent.delete(agent);
    this.#forget(deal, agent);
    return gone;
  }

  #forget(deal: number, agent: string): void {
    const agents = this.#byDeal.get(deal);
    if (agents?.delete(agent) === true && agents.size === 0) this.#byDeal.delete(deal);
  }
}

function noneYet(): Omit<OfNode, 'all'> {
  return { byDeal: new Map(), byAgreement: new Map(), profile: new Profile() };
}
