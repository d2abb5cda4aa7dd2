import { type Document1, type Header, nanoText, partyOf, type Sliced } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import type { Sql } from '../../platform/store/store.ts';
import { cpuHoursOf, type DealUse, type Serving } from '../strategies/serving.ts';
import type { Agreed } from './agreed.ts';
import { Declined } from './declined.ts';
import { type Foreseen, foreseeing, isAsForeseen, type Timed, timedOf } from './foreseeing.ts';
import { newId } from './moves.ts';
import type { Found, NoOffer } from './offering.ts';
import type { DealCapacity } from './parts.ts';
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

/** What was foreseen is not there any more: others were faster. */
export class Outpaced extends Error {
  override readonly name = 'Outpaced';
}

/** Makes Offers and Declines, each within a verb of the store. */
export class OfferMaker {
  readonly #parts: MakingParts;

  constructor(parts: MakingParts) {
    this.#parts = parts;
  }

  /** Looks, in slices and before the verb that makes an Offer, for which choices there is room. */
  *foreseeing(ask: Document1, found: Found, now: number, instead?: number): Sliced<Foreseen> {
    return yield* foreseeing(ask, found, { ...this.#parts, instead }, now);
  }

  /** What is known of capacity is as the store has it in this verb: for who foresees within one. */
  follow(sql: Sql): void {
    this.#parts.capacity.follow(sql);
  }

  /**
   * An Offer of one of the choices, whose capacity is held from now on. Throws Declined, and Outpaced where there is less
   * room than was foreseen and more may be found by looking again.
   */
  offer(sql: Sql, asking: Asking, foreseen: Foreseen, now: number, isLast = true): Made {
    const { config, capacity } = this.#parts;
    const best = this.wouldOffer(sql, asking, foreseen, now, isLast);
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

  /** What would be offered now. Throws as `offer` does. */
  wouldOffer(
    sql: Sql,
    { owner }: Pick<Asking, 'owner'>,
    { choices, why }: Foreseen,
    now: number,
    isLast = true,
  ): Timed {
    const { capacity, serving } = this.#parts;
    if (choices.length === 0) throw new Declined(why.word, why.text);
    let best: Timed | undefined;
    let isForeseen = false;
    for (const choice of choices) {
      const timed = timedOf(sql, choice, capacity, now);
      if (timed === undefined || (best !== undefined && best.planned.start <= timed.planned.start)) continue;
      best = timed;
      isForeseen = isAsForeseen(choice, timed, now);
      if (isForeseen) break; // the others were seen to begin no earlier
    }
    if (!isForeseen && !isLast) throw new Outpaced();
    if (best === undefined) throw new Declined('capacity', outpaced);
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

  #checkShare(sql: Sql, owner: string): void {
    const most = this.#parts.config['offers-share'];
    const share = this.#parts.capacity.shareHeldBy(sql, owner);
    if (share * 100 <= most) return;
    const held = `your open Offers would hold ${Math.round(share * 100)} % of all that is lent, and may hold ${most} %`;
    throw new Declined('policy', `${held}: accept or reject one, or wait until it has expired`);
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

const outpaced = 'what was free when it was looked for is taken by now; ask again';

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
