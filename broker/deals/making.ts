import {
  type Document1,
  durationText,
  type Header,
  nanoText,
  type Party,
  type Price,
  partyOf,
} from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import type { Sql } from '../../platform/store/store.ts';
import { cpuHoursOf, type DealUse, type Serving } from '../strategies/serving.ts';
import { type Agreed, agreedOf, tooFewCpus } from './agreed.ts';
import { Declined } from './declined.ts';
import { newId } from './moves.ts';
import type { Choice, Found, NoOffer } from './offering.ts';
import type { DealCapacity, Planned } from './parts.ts';
import { agreementOf, declines, momentText, offerOf } from './replies.ts';
import type { DealRow, Places } from './rows.ts';
import type { DealSettings } from './settings.ts';
import { beginDeal } from './store.ts';

export interface MakingParts {
  readonly config: DealSettings;
  readonly capacity: DealCapacity;
  readonly serving: Serving;
}

/** An Ask that is answered, or a Counter with what the Ask is by it. */
export interface Asking {
  readonly owner: string;
  /** The Id of what is answered. */
  readonly to: string;
  /** The Id of the Ask. */
  readonly askId: string;
  readonly ask: Document1;
  readonly negotiation: number | null;
  readonly rounds: number;
  readonly tellOf?: TellOf | undefined;
}

/** The Id of the Tell of a node, by the name of its agent. */
export type TellOf = (agent: string) => string | undefined;

/** An Offer or a Decline that was made, and what says it. */
export interface Made {
  readonly row: DealRow;
  readonly reply: Written;
}

/** A choice with the time at which there is room for it. */
interface Timed {
  /** Its terms but for promises of times. */
  readonly headers: readonly Header[];
  readonly price: Price | undefined;
  readonly agreed: Agreed;
  readonly planned: Planned;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Makes Offers and Declines, each within a verb of the store. */
export class OfferMaker {
  readonly #parts: MakingParts;

  constructor(parts: MakingParts) {
    this.#parts = parts;
  }

  /** An Offer of one of the choices, whose capacity is held from now on. Throws Declined. */
  offer(sql: Sql, asking: Asking, found: Found, now: number): Made {
    const { config, capacity } = this.#parts;
    const best = this.wouldOffer(sql, asking, found, now);
    const { agreed, planned, until, price } = best;
    const lifeMs = config['offer-lifetime'];
    const begun = {
      ...begunOf(asking, now),
      state: 'open' as const,
      offer: newId('off'),
      tell: tellIn(asking, planned.slots),
      application: applicationOf(agreed),
      terms: this.termsIn(best, asking),
      amounts: agreed.amounts,
      slots: agreed.slots,
      places: planned.slots,
      price: price === undefined ? null : price.header.slice('Price: '.length),
      currency: price?.currency ?? null,
      estimate: agreed.estimate === undefined ? null : nanoText(agreed.estimate),
      expiresAt: now + lifeMs,
      startsAt: planned.isTimed ? planned.start : null,
      deadlineAt: planned.isTimed && partyOf(asking.ask).promises.includes('Deadline') ? until : null,
      untilAt: until,
      cpuHours: hoursOf(agreed) ?? null,
    };
    checkSaid(begun, asking.to, lifeMs);
    const others = capacity.shareHeldBy(sql, asking.owner);
    const row = beginDeal(sql, begun, (made) => offerOf(made, asking.to, lifeMs));
    capacity.hold(sql, row.deal, planned, agreed.amounts, until);
    // Of who has no other Offer the first may be of everything: else nobody had the whole of a small broker.
    if (others > 0) this.#checkShare(sql, asking.owner);
    return { row, reply: offerOf(row, asking.to, lifeMs) };
  }

  /** What would be offered now. Throws Declined. */
  wouldOffer(sql: Sql, { owner, ask }: Asking, { choices, why }: Found, now: number): Timed {
    const { config, serving } = this.#parts;
    if (choices.length === 0) throw new Declined(why.word, why.text);
    const party = partyOf(ask);
    const { 'most-slots': most } = config;
    if (party.count > most)
      throw new Declined('policy', `Count; this broker offers at most ${most} slots at once`);
    const times = timesOf(ask);
    if (times.deadline !== undefined && times.deadline <= now)
      throw new Declined('invalid', `Deadline; ${momentText(times.deadline)} is over`);
    if ((times.start ?? now) > now + config['deal-horizon']) {
      const { word, text } = tooFar('Start', config);
      throw new Declined(word, text);
    }
    let best: Timed | undefined;
    let late: NoOffer = { word: 'capacity', text: 'the nodes that match have too little room' };
    for (const choice of choices) {
      const timed = this.#timed(sql, choice, party, times, now);
      if ('word' in timed) late = timed;
      else if (best === undefined || timed.planned.start < best.planned.start) best = timed;
    }
    if (best === undefined) throw new Declined(late.word, late.text);
    const served = serving.mayDeal(owner, useOf(sql, owner), hoursOf(best.agreed));
    if (!served.ok) throw new Declined('policy', served.text);
    return best;
  }

  /** What an Offer says of the deal. */
  termsIn({ headers, planned, until }: Timed, { ask }: Pick<Asking, 'ask'>): readonly Header[] {
    const promised: Header[] = [];
    if (planned.isTimed) promised.push({ name: 'Start', value: momentText(planned.start) });
    if (planned.isTimed && partyOf(ask).promises.includes('Deadline'))
      promised.push({ name: 'Deadline', value: momentText(until) });
    return [...headers, ...promised];
  }

  /** A Decline that may be countered. */
  decline(sql: Sql, asking: Asking, { word, text }: NoOffer, now: number): Made {
    const begun = {
      ...begunOf(asking, now),
      state: 'declined' as const,
      offer: newId('dec'),
      terms: [],
      amounts: new Map(),
      slots: 1,
      places: new Map(),
      ...{ price: null, currency: null, estimate: null, expiresAt: null },
      ...{ startsAt: null, deadlineAt: null, untilAt: null, cpuHours: null },
      reasonWord: word,
      reasonText: text,
    };
    const said = (row: DealRow) => declines(asking.to, word, text, { id: row.offer, state: row.state });
    const row = beginDeal(sql, begun, said);
    return { row, reply: said(row) };
  }

  #timed(sql: Sql, choice: Choice, ask: Party, { start, deadline }: Times, now: number): Timed | NoOffer {
    const { config, capacity } = this.#parts;
    const headers = withWalltime(choice.terms.headers, config['deal-walltime']);
    const agreed = readTerms(headers);
    if ('word' in agreed) return agreed;
    const few = tooFewCpus(agreed, config);
    if (few !== undefined) return { word: 'policy', text: few };
    const workMs = agreed.workMs ?? config['deal-walltime'];
    const lengthMs = workMs + config['deal-margin'];
    // A whole second is as near as anybody reads; what is free now was so at its beginning.
    const notBefore = start !== undefined && start > now ? start : now - (now % 1000);
    if (deadline !== undefined && notBefore + workMs > deadline)
      return { word: 'capacity', text: `Deadline; the tasks take until ${momentText(notBefore + workMs)}` };
    const timed = ask.promises.some((term) => term === 'Start' || term === 'Deadline');
    const { amounts, slots } = agreed;
    const wanted = { nodes: choice.nodes, amounts, slots, notBefore, lengthMs, timed };
    if (notBefore + lengthMs > now + config['deal-horizon']) return tooFar('Walltime, Tasks', config);
    const found = capacity.plan(sql, wanted);
    const planned = found && { ...found, start: found.start - (found.start % 1000) };
    const isLate =
      planned === undefined ||
      (start !== undefined && planned.start > notBefore) ||
      (deadline !== undefined && planned.start + workMs > deadline);
    if (isLate) return { word: 'capacity', text: capacity.later(sql, wanted).text };
    const until = Math.min(planned.start + lengthMs, deadline ?? Number.POSITIVE_INFINITY);
    return { headers, price: choice.terms.price, agreed, planned, until };
  }

  #checkShare(sql: Sql, owner: string): void {
    const most = this.#parts.config['offers-share'];
    const share = this.#parts.capacity.shareHeldBy(sql, owner);
    if (share * 100 <= most) return;
    const held = `your open Offers would hold ${Math.round(share * 100)} % of all that is lent, and may hold ${most} %`;
    throw new Declined('policy', `${held}: accept or reject one, or wait until it has expired`);
  }
}

/** What terms come to, or why they cannot be agreed: such as a price of more digits than the language has. */
function readTerms(headers: readonly Header[]): Agreed | NoOffer {
  try {
    return agreedOf(headers);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { word: 'invalid', text: `no Offer can say it: ${error.message}` };
  }
}

/** Throws Declined where what is to be said is larger than a document may be: an Agreement says most. */
function checkSaid(
  begun: Pick<DealRow, 'offer' | 'terms' | 'tell' | 'untilAt'>,
  to: string,
  lifeMs: number,
): void {
  try {
    offerOf(begun, to, lifeMs);
    agreementOf({ ...begun, agreement: begun.offer, state: 'active' }, longestId);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Declined('invalid', `no document can say it: ${error.message}`);
  }
}

/** As long as any Id may be. */
const longestId = 'x'.repeat(128);

/** Nothing is promised so far ahead. */
function tooFar(what: string, config: Pick<DealSettings, 'deal-horizon'>): NoOffer {
  const days = Math.floor(config['deal-horizon'] / 86_400_000);
  return { word: 'capacity', text: `${what}; nothing is promised more than ${days} days ahead` };
}

/** A task of an agreement has an end: where the Ask says none, that of the broker. */
function withWalltime(headers: readonly Header[], usualMs: number): readonly Header[] {
  if (headers.some(({ name }) => name === 'Walltime')) return headers;
  return [...headers, { name: 'Walltime', value: durationText(usualMs) }];
}

/** What an Ask says of times, in milliseconds since 1970. */
interface Times {
  readonly start: number | undefined;
  readonly deadline: number | undefined;
}

function timesOf({ headers }: Document1): Times {
  const at = (wanted: string) => {
    const value = headers.find(({ name }) => name === wanted)?.value;
    return value === undefined ? undefined : Date.parse(value);
  };
  return { start: at('Start'), deadline: at('Deadline') };
}

function begunOf({ owner, askId, ask, negotiation, rounds }: Asking, now: number) {
  return {
    ...{ owner, askId, negotiation, rounds, tell: null, application: null, createdAt: now },
    ask: ask.headers,
    reasonWord: null,
    reasonText: null,
  };
}

/** The Tell of the one node, where that is told. */
function tellIn({ tellOf }: Asking, places: Places): string | null {
  const [agent, ...others] = places.keys();
  return (others.length === 0 && agent !== undefined && tellOf?.(agent)) || null;
}

/** The one application of which terms are. */
function applicationOf({ terms }: Agreed): string | null {
  const fact = terms.facts.get('application');
  const [value, ...others] = fact?.values ?? [];
  if (fact === undefined || others.length > 0) return null;
  return value?.kind === 'string' ? value.text : fact.text;
}

/** What an owner has of deals already. */
function useOf(sql: Sql, owner: string): DealUse {
  const { openOffers, agreements, cpuHours } = sql.get<{
    openOffers: number;
    agreements: number;
    cpuHours: number;
  }>(
    `SELECT coalesce(sum(state = 'open'), 0) AS openOffers, coalesce(sum(state <> 'open'), 0) AS agreements,
       coalesce(sum(cpu_hours), 0) AS cpuHours
     FROM deals WHERE owner = @owner AND state IN ('open', 'accepting', 'active', 'ending')`,
    { owner },
  )!;
  return { openOffers, agreements, cpuHours };
}

/** What all tasks may take at most, in cpu-hours; undefined where they may take any time. */
export function hoursOf({ amounts, slots, terms }: Agreed): number | undefined {
  const [walltime] = terms.facts.get('walltime')?.values ?? [];
  const [tasks] = terms.facts.get('tasks')?.values ?? [];
  if (walltime?.kind !== 'quantity') return undefined;
  return cpuHoursOf({
    cpus: amounts.get('cpus') ?? 1,
    walltimeMs: walltime.value * 1000,
    tasks: tasks?.kind === 'number' ? tasks.value : slots,
  });
}
