import { type Party, partyOfOld, type SlaTell, type Sliced, Supply } from '../grammar/index.ts';
import type { NodeEntry } from '../protocol/nodes.ts';
import { isHeard } from './choice.ts';
import { type LentBy, lentNodes } from './lent.ts';
import { type Node, nodesOf } from './node.ts';
import { nodeTell } from './node-tell.ts';
import { pricedNodes } from './priced.ts';
import type { Pricing } from './strategies/pricing.ts';

/** What an Ask of version 1.0 is matched with: a node, or one application of a node of version 0.1. */
export type Candidate =
  | { readonly node: Node; readonly party: Party }
  | { readonly node: undefined; readonly old: SlaTell; readonly host: string; readonly party: Party };

interface ShelfParts {
  readonly freshWithinMs: number;
  /** The broker's Tell of an application in version 0.1. */
  readonly tellOld: (application: string) => SlaTell;
  /** The broker's address. */
  readonly broker: string;
  readonly lentBy?: LentBy | undefined;
  readonly pricing?: Pricing | undefined;
}

/** How many nodes are put up in one slice. */
const nodesASlice = 200;

/**
 * The nodes that may be named just now, ready for Asks. The least loaded stand first, then those that may not be
 * polled, so that of matches that are equal else that one comes first.
 */
export class Shelf {
  readonly supply = new Supply();
  readonly #candidates: Candidate[] = [];
  /** By what a node says: most say the same the next time. */
  readonly #parties = new Map<string, Party>();

  /** Puts up the nodes of what infogather lists; `before` is the shelf before this one. */
  static *of(entries: readonly NodeEntry[], parts: ShelfParts, before: Shelf | undefined): Sliced<Shelf> {
    const shelf = new Shelf();
    const heard = entries.filter((entry) => isHeard(entry, parts.freshWithinMs));
    const unpollable = entries.filter(({ pollable }) => !pollable);
    const puts = [
      ...(yield* shelf.#puts(heard, parts, before)),
      ...(yield* shelf.#puts(unpollable, parts, before)),
    ];
    for (const [index, put] of puts.entries()) {
      put();
      if (index % nodesASlice === nodesASlice - 1) yield;
    }
    return shelf;
  }

  /** The candidate of a row of the supply. */
  at(row: number): Candidate | undefined {
    return this.#candidates[row];
  }

  *#puts(
    entries: readonly NodeEntry[],
    parts: ShelfParts,
    before: Shelf | undefined,
  ): Sliced<(() => void)[]> {
    const lent = lentNodes(yield* nodesOf(entries), parts.lentBy);
    const nodes = pricedNodes(lent, parts.pricing).map((node) => ({
      load: node.load,
      put: () => this.#putNode(node, parts.broker, before),
    }));
    const old = entries
      .filter(({ id }) => id === null)
      .map((entry) => ({ load: entry.cpuLoad ?? undefined, put: () => this.#putOld(entry, parts) }));
    return [...nodes, ...old].sort((a, b) => orderLoads(a.load, b.load)).map(({ put }) => put);
  }

  #putNode(node: Node, broker: string, before: Shelf | undefined): void {
    const key = keyOf(node);
    const known = before === undefined ? undefined : before.#parties.get(key);
    const party = known ?? partyOf(node, broker);
    if (party === undefined) return;
    this.#parties.set(key, party);
    this.#put({ node, party });
  }

  #putOld({ application, host }: NodeEntry, { tellOld }: ShelfParts): void {
    const old = tellOld(application);
    this.#put({ node: undefined, old, host, party: partyOfOld(old, `${application} at ${host}`) });
  }

  #put(candidate: Candidate): void {
    this.#candidates[this.supply.add(candidate.party)] = candidate;
  }
}

/** All that its Tell says, in one text. */
function keyOf({ name, serves, saysText, load, disk, left, prices, keepsTime }: Node): string {
  return [
    name,
    saysText,
    load,
    disk,
    JSON.stringify(left),
    prices?.join(),
    keepsTime,
    ...serves.map(({ application }) => application),
  ].join('\n');
}

/** Nothing where what it says cannot be said in one document: then the market does not know of it either. */
function partyOf(node: Node, broker: string): Party | undefined {
  try {
    return nodeTell(node, broker).party;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function orderLoads(a = Number.POSITIVE_INFINITY, b = Number.POSITIVE_INFINITY): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
