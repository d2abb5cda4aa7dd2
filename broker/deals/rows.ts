import type { Header } from '../../grammar/index.ts';
import type { DealState, DealVerb } from '../../protocol/deals/states.ts';
import type { Amounts } from '../jobs/assignment.ts';

/** How many slots of a deal an agent has, by its name. */
export type Places = ReadonlyMap<string, number>;

/** One Offer and what became of it, or one Decline that is not final. Times are milliseconds since 1970. */
export interface DealRow {
  /** The number by which the store knows it. */
  readonly deal: number;
  /** The Id of the Offer or of the Decline. */
  readonly offer: string;
  readonly agreement: string | null;
  readonly owner: string;
  readonly state: DealState;
  /** The last move; nothing where there was none yet. */
  readonly verb: DealVerb | null;
  readonly askId: string;
  /** What the Ask says, with what Counters have changed since. */
  readonly ask: readonly Header[];
  /** The first row of the same Ask. */
  readonly negotiation: number | null;
  /** How often the Ask was countered, this row's own Counters among them. */
  readonly rounds: number;
  readonly application: string | null;
  readonly tell: string | null;
  readonly terms: readonly Header[];
  /** What one slot takes. */
  readonly amounts: Amounts;
  /** How many there are at once. */
  readonly slots: number;
  readonly places: Places;
  /** The Id of the Accept. */
  readonly acceptedBy: string | null;
  readonly price: string | null;
  readonly currency: string | null;
  /** Amounts of the currency, as decimals. */
  readonly estimate: string | null;
  /** As JSON; nothing before the first attempt. */
  readonly used: string | null;
  readonly charged: string | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly startsAt: number | null;
  readonly deadlineAt: number | null;
  readonly untilAt: number | null;
  readonly endedAt: number | null;
  readonly endsAs: 'terminated' | 'completed' | null;
  /** What its tasks may take at most; nothing where it says no Walltime. */
  readonly cpuHours: number | null;
  readonly reasonWord: string | null;
  readonly reasonText: string | null;
  readonly short: boolean;
  /** The batch system's name of what it has reserved. */
  readonly reservation: string | null;
  /** Of its last event. */
  readonly cursor: number;
}

/** A deal as SQL gives it. */
export type RawDeal = Omit<DealRow, 'ask' | 'terms' | 'amounts' | 'places' | 'short'> & {
  readonly ask: string;
  readonly terms: string;
  readonly amounts: string;
  readonly places: string;
  readonly short: number;
};

/** What to select of `deals` for `dealOf`. */
export const dealColumns = `deal, offer, agreement, owner, state, verb, ask_id AS askId, ask, negotiation, rounds,
  application, tell, terms, amounts, slots, places, accepted_by AS acceptedBy, price, currency, estimate, used, charged,
  created_at AS createdAt, expires_at AS expiresAt, starts_at AS startsAt, deadline_at AS deadlineAt, until_at AS untilAt,
  ended_at AS endedAt, ends_as AS endsAs, cpu_hours AS cpuHours,
  reason_word AS reasonWord, reason_text AS reasonText, short, reservation, cursor`;

export function dealOfRow(raw: RawDeal): DealRow {
  return {
    ...raw,
    ask: JSON.parse(raw.ask) as Header[],
    terms: JSON.parse(raw.terms) as Header[],
    amounts: new Map(Object.entries(JSON.parse(raw.amounts) as Record<string, number>)),
    places: new Map(JSON.parse(raw.places) as [string, number][]),
    short: raw.short !== 0,
  };
}

export function amountsJson(amounts: Amounts): string {
  return JSON.stringify(Object.fromEntries(amounts));
}

export function placesJson(places: Places): string {
  return JSON.stringify([...places]);
}
