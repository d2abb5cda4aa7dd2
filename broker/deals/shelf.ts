import {
  type Document1,
  document1Of,
  type Header,
  type Party,
  type Sliced,
  Supply,
  sha256,
  stringText,
} from '../../grammar/index.ts';
import type { AgentFacts } from '../../protocol/agent/messages.ts';
import { resourceOf } from '../agents/agent-names.ts';
import type { Node } from '../jobs/agent-node.ts';
import type { MayUse } from '../jobs/fitting.ts';
import { localOwner } from '../jobs/owner.ts';
import { hundredths } from '../priced.ts';
import type { Pricing } from '../strategies/pricing.ts';

/** A node whose agent has a session here, as deals see it. */
export interface LentNode {
  /** The name of its agent. */
  readonly agent: string;
  readonly owner: string;
  readonly servesOwner: boolean;
  readonly servesOthers: boolean;
  /** What it says, its Price of now with it. */
  readonly party: Party;
  /** The same text for nodes that say the same but for their names and lenders. */
  readonly alike: string;
}

export interface DealShelfParts {
  /** The nodes that are there. */
  readonly nodes: () => Iterable<Node>;
  /** Whether a resource is shared with a user who does not own it. */
  readonly mayUse: MayUse;
  readonly pricing: Pricing;
  /** Which part of the node of an agent is taken, held or reserved: 0 to 1. */
  readonly shareOf?: ((agent: string) => number | undefined) | undefined;
  /** Whether the broker runs a currency. */
  readonly runs: (currency: string) => boolean;
}

/** Nodes that say the same but for their names and lenders; those that had no room when somebody looked come last. */
interface Kind {
  readonly row: number;
  readonly nodes: Map<string, LentNode>;
}

/** A node on the shelf, and by what it is seen that it must be put up anew. */
interface Standing {
  readonly facts: AgentFacts;
  readonly load: number;
  readonly utilisation: number;
  readonly row: number;
  readonly node: LentNode;
  readonly kind: Kind;
  /** The last look around at which it was there. */
  seen: number;
}

/** How many nodes are looked at in one slice. */
const nodesASlice = 200;

/** The nodes of the agents that have a session here, ready for Asks: what changed since the last one is put up anew. */
export class DealShelf {
  readonly #parts: DealShelfParts;
  readonly #standing = new Map<string, Standing>();
  readonly #byRow: (LentNode | undefined)[] = [];
  readonly #kinds = new Map<string, Kind>();
  readonly #kindByRow: (Kind | undefined)[] = [];
  #looks = 0;
  /** All nodes. */
  readonly supply = new Supply();
  /** Of nodes that are alike one: for Asks that name no node, so that of a thousand alike one is matched. */
  readonly kinds = new Supply();

  constructor(parts: DealShelfParts) {
    this.#parts = parts;
  }

  /** Takes up what has changed. */
  *refresh(): Sliced<void> {
    let looked = 0;
    for (const node of [...this.#parts.nodes()]) {
      this.#put(node);
      looked += 1;
      if (looked % nodesASlice === 0) yield;
    }
    // As it is now, for others may have taken up something meanwhile.
    this.#looks += 1;
    for (const node of this.#parts.nodes()) {
      const standing = isOffered(node) ? this.#standing.get(node.resource) : undefined;
      if (standing !== undefined) standing.seen = this.#looks;
    }
    for (const [agent, { seen }] of this.#standing) if (seen !== this.#looks) this.#remove(agent);
  }

  /** The node in a row of `supply`. */
  at(row: number): readonly LentNode[] {
    const node = this.#byRow[row];
    return node === undefined ? [] : [node];
  }

  /** The nodes of a row of `kinds`. */
  kindAt(row: number): readonly LentNode[] {
    return [...(this.#kindByRow[row]?.nodes.values() ?? [])];
  }

  /** These had no room: others that are alike are looked at before them from now on. */
  passed(agents: readonly string[]): void {
    for (const agent of agents) {
      const standing = this.#standing.get(agent);
      if (standing === undefined) continue;
      standing.kind.nodes.delete(agent);
      standing.kind.nodes.set(agent, standing.node);
    }
  }

  /** All that are on it. */
  *all(): Generator<LentNode> {
    for (const { node } of this.#standing.values()) yield node;
  }

  /**
   * Whether a node may be offered to somebody. What others than the administrator lend is only for who says that they want
   * it, by its name or its lender's: else anybody could draw others' work to machines of their own. Where resources are
   * named in `only`, it is one of them.
   */
  serves(
    { agent, owner, servesOwner, servesOthers }: LentNode,
    user: string,
    ask: Party,
    only?: ReadonlySet<string>,
  ): boolean {
    if (only !== undefined && !only.has(resourceOf(agent))) return false;
    if (owner === user) return servesOwner;
    const isNamed = only !== undefined || ask.tests.some(({ name }) => saidByBroker.has(name));
    const isWanted = owner === localOwner || isNamed;
    return isWanted && servesOthers && this.#parts.mayUse(agent, user);
  }

  #put(node: Node): void {
    const { facts, resource: agent, owner, servesOwner, servesOthers } = node;
    if (facts === undefined || !isOffered(node)) return;
    const utilisation = this.#utilisationOf(node);
    const load = loadOf(node);
    const before = this.#standing.get(agent);
    if (
      before !== undefined &&
      before.facts === facts &&
      before.load === load &&
      before.utilisation === utilisation &&
      before.node.owner === owner &&
      before.node.servesOwner === servesOwner &&
      before.node.servesOthers === servesOthers
    )
      return;
    this.#remove(agent);
    const prices = this.#pricesOf(facts, utilisation);
    const party = prices && partyOf(node, facts, prices);
    if (party === undefined) return;
    const alike = JSON.stringify([facts.says, keepsTime(facts), load, prices]);
    const lent = { agent, owner, servesOwner, servesOthers, party, alike };
    const row = this.supply.add(party);
    this.#byRow[row] = lent;
    const kind = this.#kinds.get(alike) ?? { row: this.kinds.add(party), nodes: new Map() };
    this.#kinds.set(alike, kind);
    this.#kindByRow[kind.row] = kind;
    kind.nodes.set(agent, lent);
    this.#standing.set(agent, { facts, load, utilisation, row, node: lent, kind, seen: this.#looks });
  }

  #remove(agent: string): void {
    const standing = this.#standing.get(agent);
    if (standing === undefined) return;
    this.supply.remove(standing.row);
    this.#byRow[standing.row] = undefined;
    this.#standing.delete(agent);
    const { kind, node } = standing;
    kind.nodes.delete(agent);
    if (kind.nodes.size > 0) return;
    this.kinds.remove(kind.row);
    this.#kindByRow[kind.row] = undefined;
    this.#kinds.delete(node.alike);
  }

  /** In hundredths, as the broker's Tells have it; 0 where nothing depends on it. */
  #utilisationOf({ resource, occupancy }: Node): number {
    const { pricing, shareOf } = this.#parts;
    return pricing.goesWithLoad ? hundredths(shareOf?.(resource) ?? occupancy.share) : 0;
  }

  /** What a node costs now; undefined where its owner wants what this broker does not run. */
  #pricesOf({ says }: AgentFacts, utilisation: number): readonly string[] | undefined {
    const own = [says.Price ?? []].flat();
    if (own.length > 0) {
      const run = own.filter((price) => this.#parts.runs(currencyIn(price)));
      return run.length === 0 ? undefined : run;
    }
    return this.#parts.pricing.prices({ says: headersOf(says), utilisation });
  }
}

/** Whether an Ask says anything of what only one node, or those of one lender, can say. */
export function namesNodes({ headers }: Pick<Document1, 'headers'>): boolean {
  return headers.some(
    ({ name, value }) =>
      /^(?:resource|lender)$/i.test(name) || (isExpression.test(name) && /resource|lender/i.test(value)),
  );
}

const isExpression = /^(?:requires|prefer|rank)$/i;

/** What the broker says of a node by itself, which an Ask may test to have a node that others lend. */
const saidByBroker: ReadonlySet<string> = new Set(['resource', 'lender']);

/** Whether times can be promised: where others put work into a queue too, only what that queue reserves is ours. */
function keepsTime({ powers }: AgentFacts): boolean {
  return powers.queueMs === undefined || powers.reserve === true;
}

/** The promises that are kept: of times by the broker, of a Guarantee where the owner says so. */
function understoodOf(facts: AgentFacts): string[] {
  const own = headersOf(facts.says).flatMap(({ name, value }) =>
    name.toLowerCase() === 'understands' ? value.split(',').map((one) => one.trim()) : [],
  );
  const guarantees = own.some((name) => name.toLowerCase() === 'guarantee');
  return [...(guarantees ? ['guarantee'] : []), ...(keepsTime(facts) ? ['time'] : [])];
}

function isOffered({ facts, isKnown, isDraining }: Node): boolean {
  return facts !== undefined && isKnown && !isDraining && !facts.draining;
}

/** In tenths, so that not every change of it puts the node up anew. */
function loadOf({ load }: Node): number {
  return Math.round(load * 10) / 10;
}

/** The currency of a Price in canonical text; of one that cannot be read nothing. */
function currencyIn(price: string): string {
  return /[A-Z][A-Z0-9]{2,9}/.exec(price)?.[0] ?? '';
}

function headersOf(says: AgentFacts['says']): Header[] {
  return Object.entries(says).flatMap(([name, values]) => [values].flat().map((value) => ({ name, value })));
}

/** What the broker says itself, or the agent cannot know. */
const told: ReadonlySet<string> = new Set([
  ...['sla-version', 'resource-version', 'action', 'id', 'broker-ip', 'price', 'load', 'resource', 'lender'],
  'understands',
]);

/** A Tell needs an address of its broker; here nobody reads it. */
const nowhere = '127.0.0.1:7685';

/** Nothing where what it says cannot be said in one document. */
function partyOf(node: Node, facts: AgentFacts, prices: readonly string[]): Party | undefined {
  const { resource: agent, owner } = node;
  try {
    return document1Of([
      { name: 'SLA-version', value: '1.0' },
      { name: 'Action', value: 'Tell' },
      { name: 'Id', value: agent.length <= 128 ? agent : sha256(agent) },
      { name: 'Broker-IP', value: nowhere },
      ...headersOf(facts.says).filter(({ name }) => !told.has(name.toLowerCase())),
      { name: 'Understands', value: understoodOf(facts).join(', ') },
      { name: 'Resource', value: stringText(resourceOf(agent)) },
      { name: 'Lender', value: stringText(owner) },
      { name: 'Load', value: String(loadOf(node)) },
      ...prices.map((value) => ({ name: 'Price', value })),
    ]).party;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
