import {
  brokenIn,
  type Document1,
  explain,
  Matcher,
  type Party,
  type Price,
  partyOf,
  priceOf,
  type Sliced,
  Supply,
  type Terms,
  termsOf,
  unanswered,
} from '../../grammar/index.ts';
import type { ReasonWord } from '../../language-door/reply.ts';
import { reasonWhyNone } from '../decline.ts';
import type { Countering } from '../strategies/countering.ts';
import { type DealShelf, type LentNode, namesNodes } from './shelf.ts';

/** Why there is no Offer. */
export interface NoOffer {
  readonly word: ReasonWord;
  readonly text: string;
}

/** The same terms for each of some nodes, of which an Offer may be made. */
export interface Choice {
  /** The names of their agents, best first. */
  readonly nodes: Iterable<string>;
  readonly terms: Terms;
  /** These had no room: those that are alike are looked at before them from now on. */
  readonly passed: (agents: readonly string[]) => void;
}

/** What an Ask finds among the nodes that are lent. */
export interface Found {
  /** Best first; none where there is no Offer. */
  readonly choices: readonly Choice[];
  /** Why not, where there is none. */
  readonly why: NoOffer;
  /** Whether none of the nodes matched: others may. */
  readonly isUnmatched: boolean;
  /** Whether there was none at all for who asks. */
  readonly isEmpty: boolean;
}

/** A Counter that says a price. */
export interface Proposed {
  readonly price: Price;
  /** What was offered before. */
  readonly offered: Price | undefined;
  readonly countering: Countering;
}

/** What is looked for beside what an Ask says. */
export interface Beside {
  readonly proposed?: Proposed | undefined;
  /** The resources of which an Offer may be made; any unless said. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** Nodes (a count) that are looked at for one choice, at most; the best of them. */
const mostNodes = 10_000;
/** Different terms of which one is chosen, at most. */
const mostChoices = 16;
/** Nodes that are looked at in one slice. */
const nodesASlice = 32;

/**
 * The terms that may be offered to somebody for an Ask, each with the nodes that have them: the best first. Promises of
 * times are no part of them yet.
 */
export function* offering(
  ask: Document1,
  user: string,
  shelf: DealShelf,
  { proposed, only }: Beside = {},
): Sliced<Found> {
  yield* shelf.refresh();
  const party = partyOf(ask);
  // What a price is tested by is looked at once it is known which it is.
  const matched = proposed === undefined ? party : withoutPrices(party);
  const isOfOne = namesNodes(ask);
  const supply = isOfOne ? shelf.supply : shelf.kinds;
  // All of them: those that do not serve who asks are in nobody's way.
  const limit = Math.max(1, supply.rows);
  const { rows } = yield* new Matcher({ ...matched, count: 1, limit }, supply).answer();
  // Whose they are is looked up at once: by the next slice a row may be of another node.
  const kinds = rows.map((row) => (isOfOne ? shelf.at(row) : shelf.kindAt(row)));
  const serves = (node: LentNode) => shelf.serves(node, user, party, only);
  const choices = new Map<string, Standing>();
  let why: NoOffer = { word: 'capacity', text: 'what matches cannot be offered' };
  let [looked, isMatched] = [0, false];
  for (const nodes of kinds) {
    let first: LentNode | undefined;
    for (const node of nodes) {
      looked += 1;
      if (looked % nodesASlice === 0) yield;
      if (serves(node)) first = node;
      if (first !== undefined) break;
    }
    if (first === undefined) continue;
    isMatched = true;
    const terms = termsFor(party, first, proposed);
    if ('word' in terms) {
      why = terms;
      continue;
    }
    // Whether they answer the Ask is looked at once too.
    const key = JSON.stringify(terms.headers);
    const known = choices.get(key);
    if (known !== undefined) known.kinds.push(nodes);
    else if (choices.size < mostChoices)
      choices.set(key, { kinds: [nodes], terms, fault: faultIn(terms, party) });
  }
  if (!isMatched) {
    return { choices: [], isUnmatched: true, ...(yield* whyNone({ ...matched, count: 1 }, serves, shelf)) };
  }
  const all = [...choices.values()];
  const fault = all.find((one) => one.fault !== undefined)?.fault;
  return {
    choices: all.flatMap(({ kinds, terms, fault: own }) =>
      own === undefined
        ? { nodes: namesIn(kinds, serves), terms, passed: (agents) => shelf.passed(agents) }
        : [],
    ),
    why: fault ?? why,
    isUnmatched: false,
    isEmpty: false,
  };
}

/** The same terms of some nodes, and why they cannot be offered. */
interface Standing {
  /** Nodes that are alike, each time. */
  readonly kinds: (readonly LentNode[])[];
  readonly terms: Terms;
  readonly fault: NoOffer | undefined;
}

/** The names of the agents of those nodes that serve who asks, as they are looked at. */
function namesIn(
  kinds: readonly (readonly LentNode[])[],
  serves: (node: LentNode) => boolean,
): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      let count = 0;
      for (const nodes of kinds)
        for (const node of nodes) {
          if (!serves(node)) continue;
          count += 1;
          if (count > mostNodes) return;
          yield node.agent;
        }
    },
  };
}

/** What a node has to offer, or why it has nothing. */
function termsFor(ask: Party, node: LentNode, proposed: Proposed | undefined): Terms | NoOffer {
  const priced = pricedFor(node, proposed);
  if ('word' in priced) return priced;
  const terms = termsOf(ask, priced);
  if (terms.price !== undefined || priced.prices.length === 0) return terms;
  // Without a price they would be for nothing.
  const all = priced.prices.map(({ header }) => header.slice('Price: '.length));
  return { word: 'price', text: `the Budget or the Price of the Ask does not allow ${all.join(', nor ')}` };
}

/** Why terms cannot be offered; undefined where they answer the Ask. */
function faultIn(terms: Terms, ask: Party): NoOffer | undefined {
  const byTime = terms.price?.rates.some(({ per }) => per?.endsWith('h')) === true;
  if (byTime && terms.estimate === undefined)
    return { word: 'price', text: 'Walltime; the price is by time: say how long each task may run' };
  const lines = unanswered(ask, { headers: terms.headers });
  if (lines.length === 0) return undefined;
  const value = brokenIn(lines)?.value ?? '';
  return { word: 'capacity', text: `no Offer answers all that the Ask wants: ${value}` };
}

/** The node as it is priced for somebody who proposes a price. */
function pricedFor({ party }: LentNode, proposed: Proposed | undefined): Party | NoOffer {
  if (proposed === undefined) return party;
  const { price, offered, countering } = proposed;
  const list = party.prices.find(({ currency }) => currency === price.currency);
  if (list === undefined) {
    const text =
      party.prices.length === 0 ? 'it costs nothing' : `nothing is sold for ${price.currency} there`;
    return { word: 'price', text };
  }
  const answer = countering.answer({ offered, proposed: price, list });
  if (answer.answer === 'refuse') return { word: 'price', text: answer.text };
  if (answer.answer === 'accept') return { ...party, prices: [price] };
  const instead = priceOf(answer.price);
  if ('problem' in instead) throw new Error(`a strategy answers with a price that is none: ${answer.price}`);
  return { ...party, prices: [instead] };
}

function withoutPrices(ask: Party): Party {
  const tests = ask.tests.filter(({ name }) => name !== 'price');
  const clauses = ask.clauses.filter(
    ({ kind, index }) => kind !== 'budgets' && !(kind === 'test' && ask.tests[index]?.name === 'price'),
  );
  return { ...ask, tests, budgets: [], clauses };
}

/** Why no node matches an Ask; what is not shared with who asks is to them as if it were not there. */
function* whyNone(
  ask: Party,
  serves: (node: LentNode) => boolean,
  shelf: DealShelf,
): Sliced<Pick<Found, 'why' | 'isEmpty'>> {
  const supply = new Supply();
  for (const node of shelf.all()) if (serves(node)) supply.add(node.party);
  const matcher = new Matcher(ask, supply);
  return { why: reasonWhyNone(matcher, yield* explain(matcher)), isEmpty: supply.rows === 0 };
}
