import {
  becauseHeaders,
  document1Of,
  explain,
  finish,
  type Header,
  Matcher,
  type Party,
  Supply,
} from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import type { AgentFacts } from '../../protocol/agent/messages.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { because } from '../../protocol/why/situations.ts';
import { resourceOf } from '../agents/agent-names.ts';
import type { Amounts } from './assignment.ts';
import { type Need, partyOf } from './need.ts';
import { localOwner } from './owner.ts';

/** What a node says of itself, read. */
export interface Said {
  readonly party: Party;
  /** What it has of each amount. */
  readonly total: Amounts;
}

/**
 * Reads what a node says of itself.
 *
 * @throws Refusal `document-refused` where that cannot be said in a document
 */
export function readFacts(resource: string, says: AgentFacts['says']): Said {
  const headers = Object.entries(says).flatMap(([name, values]): Header[] =>
    (typeof values === 'string' ? [values] : values).map((value) => ({ name, value })),
  );
  try {
    const { party } = document1Of([
      { name: 'SLA-version', value: '1.0' },
      { name: 'Action', value: 'Tell' },
      { name: 'Id', value: resource },
      { name: 'Broker-IP', value: nowhere },
      ...headers.filter(({ name }) => !told.has(name.toLowerCase())),
    ]);
    if (party === undefined) throw new TypeError('this is no Tell');
    return { party, total: new Map(party.needs.map(({ name, from }) => [name, from])) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const detail = `what ${resource} says of itself cannot be read: ${error.message}`;
    throw new Refusal(failure('document-refused', detail), { cause: error });
  }
}

/** A Tell needs an address of its broker; here nobody reads it. */
const nowhere = '127.0.0.1:7685';

/** What the broker says itself. */
const told: ReadonlySet<string> = new Set(['sla-version', 'resource-version', 'action', 'id', 'broker-ip']);

/** Whether a resource is shared with a user who does not own it. */
export type MayUse = (resource: string, user: string) => boolean;

/** Whom a node serves. */
interface Serving {
  readonly owner: string;
  /** Whether its owner's tasks may run there. */
  readonly servesOwner: boolean;
  /** Whether tasks of others may run there. */
  readonly servesOthers: boolean;
}

interface Placed extends Serving {
  readonly party: Party;
  readonly row: number;
}

/** Which nodes fit which needs: by the language, by whom they serve, and by their names. */
export class Fitting {
  readonly #supply = new Supply();
  readonly #placed = new Map<string, Placed>();
  /** What was found out of needs, for the nodes as they are at a version. */
  #found = new Map<string, readonly string[]>();
  #version = -1;
  readonly #mayUse: MayUse;

  constructor(mayUse: MayUse) {
    this.#mayUse = mayUse;
  }

  /** A node says what it is, for the first time or anew. */
  put(resource: string, { owner, servesOwner, servesOthers }: Serving, { party }: Said): void {
    this.remove(resource);
    this.#placed.set(resource, { owner, servesOwner, servesOthers, party, row: this.#supply.add(party) });
  }

  /** Forgets what was found out, for whom nodes serve has changed. */
  forget(): void {
    this.#found = new Map();
  }

  remove(resource: string): void {
    const placed = this.#placed.get(resource);
    if (placed === undefined) return;
    this.#supply.remove(placed.row);
    this.#placed.delete(resource);
  }

  /** The resources that fit a need; for one under an agreement they were chosen by that. */
  of(need: Need): readonly string[] {
    if (this.#version !== this.#supply.version || this.#found.size > mostFound) {
      this.#found = new Map();
      this.#version = this.#supply.version;
    }
    const known = this.#found.get(need.key);
    if (known !== undefined) return known;
    const matcher = new Matcher(partyOf(need), this.#supply);
    const found = [...this.#placed]
      .filter(
        ([resource, placed]) =>
          this.#isOpen(need, resource, placed) &&
          (need.agreement !== undefined || matcher.matches(placed.row)),
      )
      .map(([resource]) => resource);
    this.#found.set(need.key, found);
    return found;
  }

  /** Why no node fits a need. */
  why(need: Need): Cause {
    const open = [...this.#placed].filter(([resource, placed]) => this.#isOpen(need, resource, placed));
    if (open.length === 0) {
      const lent = this.#unnamed(need);
      if (lent.length > 0) return because('shared-unnamed', { nodes: lent.slice(0, 3).join(', ') });
      const house = this.#house(need);
      if (house.length > 0) return because('house-unisolated', { nodes: house.slice(0, 3).join(', ') });
      const among = need.resources === undefined ? '' : ` among ${need.resources.join(', ')}`;
      return need.not.length > 0
        ? because('all-refused', { nodes: need.not.join(', '), among })
        : because('no-node', { among });
    }
    const supply = new Supply();
    for (const [, { party }] of open) supply.add(party);
    const matcher = new Matcher(partyOf(need), supply);
    const explanation = finish(explain(matcher));
    const { of: count, clauses } = explanation;
    const lines = becauseHeaders(matcher, explanation);
    const clauseLines = lines.filter(({ name }) => name === 'Clause');
    const [hardest] = clauses
      .map(({ tally }, index) => ({ tally, line: clauseLines[index]?.value }))
      .filter(({ tally }) => tally.yes < count)
      .sort((a, b) => a.tally.yes - b.tally.yes || b.tally.alone - a.tally.alone);
    const refusedBy = lines.find(({ name }) => name === 'Refused-by')?.value;
    if (hardest?.line === undefined && refusedBy !== undefined)
      return because('node-refuses', { count, clause: refusedBy });
    const clause = hardest?.line ?? 'what it needs';
    const isApplication = hardest?.tally.yes === 0 && /^application\b/i.test(clause);
    return because(isApplication ? 'application-nowhere' : 'clause-too-many', { count, clause });
  }

  /**
   * Whether a need may be met there at all. What is not shared with its owner is to them as if it were not there. Who runs
   * programs sees all of them: what others than the administrator share is only for those who say that they want it, by name or
   * by an agreement about it,
   * else anybody could draw others' work to machines of their own.
   */
  #isOpen(need: Need, resource: string, placed: Placed): boolean {
    if (need.not.includes(resource) || !isNamed(need, resource)) return false;
    if (placed.owner === need.owner) return placed.servesOwner;
    const isWanted =
      placed.owner === localOwner || need.resources !== undefined || need.agreement !== undefined;
    return isWanted && this.#isShared(need, resource, placed);
  }

  #isShared(need: Need, resource: string, { servesOthers }: Placed): boolean {
    return servesOthers && this.#mayUse(resource, need.owner);
  }

  /** What is its owner's, and would run programs as the user who runs the broker. */
  #house(need: Need): readonly string[] {
    return [...this.#placed]
      .filter(([, { owner, servesOwner }]) => owner === need.owner && !servesOwner)
      .map(([resource]) => resource);
  }

  /** What would serve a need that named it. */
  #unnamed(need: Need): readonly string[] {
    if (need.resources !== undefined) return [];
    return [...this.#placed]
      .filter(([resource, placed]) => !need.not.includes(resource) && this.#isShared(need, resource, placed))
      .map(([resource]) => resource);
  }
}

/** Whether a need leaves it to this agent. */
function isNamed({ resources, agent }: Need, name: string): boolean {
  if (agent !== undefined) return name === agent;
  return resources?.includes(resourceOf(name)) !== false;
}

/** For how many needs at once it is known which nodes fit. */
const mostFound = 10_000;
