import {
  type Document1,
  explain,
  type Header,
  ignoredBy,
  Matcher,
  type Party,
  parseAddress,
  partyOf,
  type SlaTell,
  type Sliced,
  Supply,
  withEnvelope,
  withHost,
} from '../grammar/index.ts';
import { type Answering, declined, type Reply } from '../language-door/reply.ts';
import type { Slices } from '../platform/slices.ts';
import type { NodeEntry } from '../protocol/nodes.ts';
import { declineOf } from './decline.ts';
import type { LentBy } from './lent.ts';
import type { Node, Served } from './node.ts';
import { nodeTell } from './node-tell.ts';
import { type Candidate, Shelf } from './shelf.ts';
import type { Pricing } from './strategies/pricing.ts';

interface NodeAsksParts {
  /** All that infogather lists of nodes, of a moment ago at most; the same list where nothing was asked anew. */
  readonly entries: () => Promise<readonly NodeEntry[]>;
  /** The broker's Tell of an application in version 0.1. */
  readonly tellOld: (application: string) => SlaTell;
  /** The broker's address. */
  readonly broker: () => string;
  readonly lentBy?: LentBy | undefined;
  readonly pricing?: Pricing | undefined;
  readonly freshWithinMs: number;
  /** How many slots, of as many nodes at most, an Ask may want at once. */
  readonly mostAnswers: number;
  readonly slices: Slices;
}

/** Answers Asks of version 1.0 with the Hosts of nodes that match. */
export class NodeAsks {
  readonly #parts: NodeAsksParts;
  #shelved: { readonly entries: readonly NodeEntry[]; readonly shelf: Promise<Shelf> } | undefined;

  constructor(parts: NodeAsksParts) {
    this.#parts = parts;
  }

  /**
   * The broker's Tell of the best node that matches, with its Host; of an Ask with Count those that together carry it.
   * Where none does, a Decline says why.
   */
  async ask(ask: Document1): Promise<readonly Reply[]> {
    const { id } = ask.envelope;
    const to: Answering = { language: 'SLA', id };
    if (id === undefined)
      return [declined(to, 'invalid', 'Id; an Ask to a broker needs one, such as ask-19')];
    const { limit, count } = partyOf(ask);
    if (limit === 0 && count === 1)
      return [declined(to, 'invalid', 'Limit; a broker answers by a Tell with its Host, or says why not')];
    const { mostAnswers } = this.#parts;
    if (count > mostAnswers)
      return [declined(to, 'policy', `Count; this broker finds at most ${mostAnswers} slots at once`)];
    const shelf = await this.#shelf(await this.#parts.entries());
    return this.#parts.slices.run(this.#answer(ask, shelf, to));
  }

  async #shelf(entries: readonly NodeEntry[]): Promise<Shelf> {
    if (this.#shelved?.entries === entries) return this.#shelved.shelf;
    const before = await this.#shelved?.shelf.catch(() => undefined);
    if (this.#shelved?.entries === entries) return this.#shelved.shelf;
    const { broker, slices, freshWithinMs, tellOld, lentBy, pricing } = this.#parts;
    const parts = { freshWithinMs, tellOld, lentBy, pricing, broker: broker() };
    const shelf = slices.run(Shelf.of(entries, parts, before));
    this.#shelved = { entries, shelf };
    return shelf;
  }

  *#answer(ask: Document1, shelf: Shelf, to: Answering): Sliced<readonly Reply[]> {
    const party = partyOf(ask);
    const matcher = new Matcher({ ...party, limit: 1 }, shelf.supply);
    const { rows } = yield* matcher.answer();
    if (rows.length === 0) return [declineOf(matcher, yield* explain(matcher), to)];
    const ignored = yield* ignoredBy(matcher);
    const replies: Reply[] = [];
    for (const row of rows) {
      const reply = yield* this.#reply(party, shelf.at(row), ignored, to);
      if (reply === undefined) {
        const why = 'each application of a node has a Host of its own; ask for one application at a time';
        return [declined(to, 'policy', why)];
      }
      replies.push(reply);
      yield;
    }
    return replies;
  }

  *#reply(
    ask: Party,
    candidate: Candidate | undefined,
    ignored: readonly Header[],
    { id = '' }: Answering,
  ): Sliced<Reply | undefined> {
    if (candidate === undefined) return undefined;
    const { node, party } = candidate;
    if (node === undefined) return withHostText(candidate.old, candidate.host);
    const served = yield* servedTo(ask, node, party);
    if (served === undefined) return undefined;
    const there = node.serves.filter(({ host }) => host === served.host);
    const { headers } = nodeTell({ ...node, serves: there }, this.#parts.broker());
    return {
      headers: withEnvelope(headers, [
        { name: 'In-reply-to', value: id },
        { name: 'Host', value: served.host },
        { name: 'Transport', value: served.transport },
        ...ignored,
      ]),
    };
  }
}

/** How many applications of a node are put up in one slice. */
const applicationsASlice = 200;

/**
 * The application of a node that matches an Ask, and its Host: the one for which the Ask holds best where it is asked of
 * each alone.
 */
function* servedTo(ask: Party, { serves }: Node, party: Party): Sliced<Served | undefined> {
  if (serves.length === 1) return serves[0];
  const alone = new Supply();
  for (const [index, { application }] of serves.entries()) {
    if (index % applicationsASlice === applicationsASlice - 1) yield;
    const fact = { values: [{ kind: 'string', text: application }] as const, text: application };
    alone.add({ ...party, facts: new Map(party.facts).set('application', fact) });
  }
  const { rows } = yield* new Matcher({ ...ask, count: 1, limit: 1 }, alone).answer();
  return rows[0] === undefined ? undefined : serves[rows[0]];
}

function withHostText(tell: SlaTell, host: string): SlaTell {
  const address = parseAddress(host);
  return address === undefined ? tell : withHost(tell, address);
}
