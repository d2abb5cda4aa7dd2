import { readPollName } from '../agents/name.ts';
import { isResource, type Registered } from '../answer.ts';
import type { NodeRow } from '../events/store.ts';
import { Places } from '../places.ts';
import type { Known } from './standing.ts';

/** What its registrations say of one node, and what the log says of it. */
export interface Member {
  /** Who told it; empty of version 0.1. */
  readonly owner: string;
  readonly name: string;
  readonly registered: Map<string, Registered>;
  /** The keys of the agents that told it: one. */
  readonly agents: Set<string>;
  /** Since when it has been known in this run of the service, in milliseconds since 1970. */
  readonly metAt: number;
  /** As the log has it; nothing of one that is new. */
  row: NodeRow | undefined;
  said: Known['said'];
  /** Until when, as it was looked at last, it stands as it does. */
  until: number | undefined;
  /** The moment of the last answer of which its history knows. */
  sampledAt: number;
}

/** A registration is known by this, whatever its version: no value has a line end. */
export function listingName(one: Registered): string {
  return isResource(one) ? `1\n${one.owner}\n${one.id}` : `0\n${one.application}\n${one.host}`;
}

/** The name of the node of a registration. */
function nodeNameOf(one: Registered): Pick<Member, 'owner' | 'name'> {
  if (!isResource(one)) return { owner: '', name: one.poll ?? one.host };
  const [name = ''] = one.id.split('/', 1);
  return { owner: one.owner, name: name === '' ? one.id : name };
}

const none: ReadonlySet<Member> = new Set();

/** The nodes of which anything is registered, or was when the log spoke of them last. */
export class Fleet {
  readonly #named = new Map<string, Member>();
  /** By their numbers. */
  readonly #numbered = new Places<{ readonly place: number; readonly member: Member }>();
  readonly #byAgent = new Map<string, Set<Member>>();

  get size(): number {
    return this.#named.size;
  }

  /** Those that the log knows, after a number, in the order of their numbers. */
  *after(node: number): Generator<Member> {
    for (const { member } of this.#numbered.after(node)) yield member;
  }

  numbered(node: number): Member | undefined {
    for (const { place, member } of this.#numbered.after(node - 1))
      return place === node ? member : undefined;
    return undefined;
  }

  of(one: Registered): Member | undefined {
    return this.#named.get(keyOf(nodeNameOf(one)));
  }

  /** The nodes of the agent with a key. */
  ofAgent(key: string): ReadonlySet<Member> {
    return this.#byAgent.get(key) ?? none;
  }

  /** A node of the log, of which nothing may be registered. */
  stored(row: NodeRow, now: number): Member {
    const member = this.#member(row, now);
    this.numberAs(member, row);
    return member;
  }

  /** The log has written how a node stands. */
  numberAs(member: Member, row: NodeRow): void {
    // It has another number where its row was forgotten while it was gone.
    if (member.row !== undefined && member.row.node !== row.node)
      this.#numbered.remove({ place: member.row.node });
    member.row = row;
    this.#numbered.put({ place: row.node, member });
  }

  /** A registration came, in place of one of its name or of none; returns its node. */
  put(one: Registered, now: number): Member {
    const member = this.#member(nodeNameOf(one), now);
    member.registered.set(listingName(one), one);
    const agent = agentOf(one);
    if (agent !== undefined) {
      member.agents.add(agent);
      const members = this.#byAgent.get(agent) ?? new Set();
      this.#byAgent.set(agent, members.add(member));
    }
    return member;
  }

  /** A registration went; returns its node. */
  remove(one: Registered): Member | undefined {
    const member = this.of(one);
    member?.registered.delete(listingName(one));
    return member;
  }

  /** Forgets a node of which nothing is registered. */
  forget(member: Member): void {
    if (member.registered.size > 0) return;
    this.#named.delete(keyOf(member));
    if (member.row !== undefined) this.#numbered.remove({ place: member.row.node });
    for (const agent of member.agents) {
      const members = this.#byAgent.get(agent);
      if (members?.delete(member) && members.size === 0) this.#byAgent.delete(agent);
    }
  }

  #member(name: Pick<Member, 'owner' | 'name'>, now: number): Member {
    const key = keyOf(name);
    const known = this.#named.get(key);
    if (known !== undefined) return known;
    const member: Member = {
      owner: name.owner,
      name: name.name,
      registered: new Map(),
      agents: new Set(),
      metAt: now,
      row: undefined,
      said: undefined,
      until: undefined,
      sampledAt: 0,
    };
    this.#named.set(key, member);
    return member;
  }
}

function agentOf({ poll }: Registered): string | undefined {
  return poll === undefined ? undefined : readPollName(poll).agent;
}

function keyOf({ owner, name }: Pick<Member, 'owner' | 'name'>): string {
  return `${owner}\n${name}`;
}
