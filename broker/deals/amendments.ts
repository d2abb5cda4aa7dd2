import { type Document1, expiryOf, nanoOf, nanoText } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import type { Sql } from '../../platform/store/store.ts';
import type { Bank } from '../accounts/bank.ts';
import type { Nano } from '../accounts/money.ts';
import type { Amending } from '../strategies/amending.ts';
import { type Agreed, agreedOf } from './agreed.ts';
import { amended, moneyText } from './amended.ts';
import {
  type AmendmentRow,
  endAmendment,
  keepAmendment,
  openAmendment,
  type Side,
} from './amendment-rows.ts';
import { Declined } from './declined.ts';
import { hoursOf } from './making.ts';
import type { WorkUnder } from './parts.ts';
import { acknowledges, agreementOf as agreementDocument, dealDocument, momentText } from './replies.ts';
import type { DealRow } from './rows.ts';
import { type Changed, changeDeal, dealByKey, noteOf } from './store.ts';

/** What an Amend needs of the rest of the broker. */
export interface AmendmentParts {
  readonly config: AmendmentSettings;
  readonly bank: Bank;
  readonly amending: Amending;
  /** What running attempts of an agreement may yet cost, in 10^-9 of its currency; it is 0 where none runs. */
  readonly mayYetCost: (sql: Sql, row: DealRow) => Nano;
  /** What runs under agreements. */
  readonly work: Pick<WorkUnder, 'isIdle' | 'endsBy'>;
  /**
   * Reserves what changed terms take in place of what is reserved, on the same nodes, and says where: all of that is there.
   * Throws a Refusal `no-capacity`.
   */
  readonly refit: (sql: Sql, row: DealRow, to: Refit, now: number) => Pick<Changed, 'places' | 'short'>;
  /** Names documents of the broker. */
  readonly newId: (kind: 'acc' | 'rej' | 'am') => string;
}

/** What is to be reserved. */
export interface Refit {
  readonly agreed: Agreed;
  /** Milliseconds since 1970. */
  readonly startsAt: number;
  readonly untilAt: number;
  /** Whether a moment is promised. */
  readonly isTimed: boolean;
}

export interface AmendmentSettings {
  /** Milliseconds. */
  readonly 'amend-lifetime': number;
  readonly 'deal-margin': number;
  readonly 'deal-horizon': number;
  readonly 'deal-least-cpus': number;
}

/** A move that was made, what answers it, and how the agreement stands now. */
export interface Moved {
  readonly reply: Written;
  readonly row: DealRow;
  /** When the Amend that is open now lapses, in milliseconds since 1970; null where none is. */
  readonly dueAt: number | null;
}

/** No Amend is open longer, in milliseconds. */
const longestLifeMs = 86_400_000;

/**
 * Changes to agreements: one side proposes them, the other agrees or not, and until then the old terms hold. Each is a part of
 * the verb of the store in which it happens; what is not done throws, so that the verb leaves nothing behind.
 */
export class Amendments {
  readonly #parts: AmendmentParts;

  constructor(parts: AmendmentParts) {
    this.#parts = parts;
  }

  /** Takes an Amend. Throws Declined; a Refusal `no-capacity`, `no-funds`, `no-currency` where it is agreed to at once. */
  propose(sql: Sql, row: DealRow, amend: Document1, by: Side, now: number): Moved {
    const open = this.#openOf(sql, row);
    if (open !== undefined) {
      if (open.expiresAt > now)
        throw this.#tooLate(row, `the Amend ${open.id} is open, and to be answered first`);
      this.lapseOf(sql, row, now, 'its time is over');
    }
    const { before, after, changes, terms, untilAt } = amended(row, amend, now, this.#parts.config);
    this.#checkSpent(sql, row, after);
    this.#checkEnds(sql, row, untilAt);
    const kept: Omit<AmendmentRow, 'amendment'> = {
      ...{ deal: row.deal, id: amend.envelope.id ?? '', by, changes, terms, untilAt },
      estimate: after.estimate === undefined ? null : nanoText(after.estimate),
      deadlineAt: after.terms.deadline ?? null,
      expiresAt: Math.min(this.#expiryOf(row, amend, now), row.untilAt ?? untilAt, untilAt),
    };
    const amendment = { ...kept, amendment: keepAmendment(sql, kept, now) };
    if (by === 'broker') {
      const document = () => ({ headers: amend.headers });
      const next = noteOf(sql, row, now, 'amend', {
        document,
        text: `the broker wants to amend it: ${kept.id}`,
      });
      return { reply: acknowledges(kept.id, next), row: next, dueAt: kept.expiresAt };
    }
    const lasted = { terms: before.terms, untilAt: row.untilAt ?? untilAt };
    const worse = this.#parts.amending.worse(lasted, { terms: after.terms, untilAt });
    if (worse === undefined) {
      const reply = this.#accepts(row, amendment);
      return { reply, row: this.#agree(sql, row, amendment, now, () => reply), dueAt: null };
    }
    const next = noteOf(sql, row, now, 'amend', { text: `Amend ${kept.id} waits for the broker: ${worse}` });
    return { reply: acknowledges(kept.id, next), row: next, dueAt: kept.expiresAt };
  }

  /** Takes the answer of one side to the Amend of the other. Throws as `propose`. */
  answer(sql: Sql, row: DealRow, said: Document1, by: Side, now: number): Moved {
    const { action, envelope } = said;
    const id = envelope.id ?? '';
    const open = this.#openOf(sql, row);
    if (open === undefined || open.expiresAt <= now) throw this.#tooLate(row, 'no Amend of it is open');
    if (envelope.inReplyTo !== undefined && envelope.inReplyTo !== open.id)
      throw this.#tooLate(row, `the Amend that is open is ${open.id}`);
    if (open.by === by) throw this.#tooLate(row, 'the Amend that is open is your own');
    if (action === 'Accept') {
      const document =
        by === 'broker' ? () => this.#accepts(row, open) : (now: DealRow) => agreementDocument(now, id);
      const next = this.#agree(sql, row, open, now, document);
      return { row: next, reply: agreementDocument(next, id), dueAt: null };
    }
    endAmendment(sql, open, { verb: 'Reject', to: 'refused' }, now);
    const next = noteOf(sql, row, now, 'amend', {
      document: by === 'broker' ? () => this.#says('Reject', 'rej', row, open) : undefined,
      text: `Amend ${open.id} is refused`,
    });
    return { row: next, reply: acknowledges(id, next), dueAt: null };
  }

  /** Ends the Amend of an agreement that is open, because its time is over or the agreement ends. */
  lapseOf(sql: Sql, row: DealRow, now: number, why: string): DealRow {
    const open = openAmendment(sql, row.deal);
    if (open === undefined) return row;
    endAmendment(sql, open, { verb: 'lapse', to: 'lapsed' }, now);
    return noteOf(sql, row, now, 'amend', { text: `Amend ${open.id} lapsed: ${why}` });
  }

  #expiryOf(row: DealRow, { envelope, headers }: Document1, now: number): number {
    const said = headers.find(({ name }) => name === 'Expires')?.value;
    const { expiresAt } = expiryOf({ lifetime: envelope.expires, said }, now, {
      unsaidMs: this.#parts.config['amend-lifetime'],
      longestMs: longestLifeMs,
    });
    if (expiresAt <= now) throw this.#tooLate(row, 'the Amend had expired when it came');
    return expiresAt;
  }

  #accepts(row: DealRow, amendment: AmendmentRow): Written {
    return this.#says('Accept', 'acc', row, amendment);
  }

  /** The broker's answer to an Amend of the user. */
  #says(
    action: 'Accept' | 'Reject',
    kind: 'acc' | 'rej',
    row: DealRow,
    { id, changes }: AmendmentRow,
  ): Written {
    const about = [
      ['Id', this.#parts.newId(kind)],
      ['Agreement', row.agreement ?? undefined],
      ['State', row.state],
    ] as const;
    return dealDocument(action, id, about, action === 'Accept' ? changes : []);
  }

  #openOf(sql: Sql, row: DealRow): AmendmentRow | undefined {
    if (row.state !== 'active') throw this.#tooLate(row, 'what is amended is an agreement that is active');
    return openAmendment(sql, row.deal);
  }

  #tooLate({ state }: DealRow, text: string): Declined {
    return new Declined('too-late', text, { state });
  }

  /** The new terms hold from here on. */
  #agree(
    sql: Sql,
    row: DealRow,
    amendment: AmendmentRow,
    now: number,
    document: (row: DealRow) => Written,
  ): DealRow {
    const { refit } = this.#parts;
    const agreed = agreedOf(amendment.terms);
    const { terms, amounts, slots, estimate } = agreed;
    this.#checkSpent(sql, row, agreed);
    const startsAt = terms.start ?? row.startsAt ?? row.createdAt;
    const untilAt = amendment.untilAt ?? row.untilAt ?? now;
    this.#checkEnds(sql, row, untilAt);
    const begins = row.startsAt ?? row.createdAt;
    // While it was open the agreement may have begun: what runs in it would then be beside it.
    if (startsAt !== begins && (begins <= now || startsAt <= now))
      throw this.#tooLate(row, 'Start: what has begun has begun');
    const isTimed = terms.start !== undefined || terms.deadline !== undefined;
    const refitted = refit(sql, row, { agreed, startsAt, untilAt, isTimed }, now);
    this.#moveEscrow(sql, row, amendment, agreed);
    const price = amendment.terms.find(({ name }) => name === 'Price')?.value ?? null;
    changeDeal(sql, row, {
      ...{ terms: amendment.terms, amounts, slots, price, untilAt },
      startsAt: terms.start ?? row.startsAt,
      ...refitted,
      cpuHours: hoursOf(agreed) ?? null,
      currency: terms.price?.currency ?? null,
      estimate: estimate === undefined ? null : nanoText(estimate),
      deadlineAt: terms.deadline ?? null,
    });
    endAmendment(sql, amendment, { verb: 'Accept', to: 'agreed' }, now);
    return noteOf(sql, dealByKey(sql, row.deal), now, 'amend', {
      document,
      text: `Amend ${amendment.id} is agreed`,
    });
  }

  /** Whether the money goes with it: no less than is charged or may yet be, and one price for all that runs. */
  #checkSpent(sql: Sql, row: DealRow, { terms, estimate = 0n }: Agreed): void {
    const { mayYetCost, work } = this.#parts;
    const about = { state: row.state };
    const agreement = agreementOf(row);
    const price = terms.price?.header.slice('Price: '.length);
    if (price !== (row.price ?? undefined) && !(row.used === null && work.isIdle(sql, agreement)))
      throw new Declined('policy', 'Price: work has begun at the price that was agreed', about);
    if (row.currency === null) return;
    const spent = nanoOf(row.charged ?? '0') + mayYetCost(sql, row);
    if (estimate >= spent) return;
    const text = `${moneyText(spent, row.currency)} is charged, or may yet be by what runs`;
    throw new Declined('price', text, about);
  }

  /** What nodes were let start may wait in their queues, and run, by the Until of then: that is not taken back from them. */
  #checkEnds(sql: Sql, row: DealRow, untilAt: number): void {
    if (row.untilAt === null || untilAt >= row.untilAt) return;
    const endsBy = this.#parts.work.endsBy(sql, agreementOf(row));
    if (endsBy === undefined || endsBy <= untilAt) return;
    const text = `Until; what was let start may run until ${momentText(endsBy)}: wait for it, cancel it, or say a later one`;
    throw new Declined('policy', text, { state: row.state });
  }

  /** The difference of the Estimate goes to the escrow, or comes back. */
  #moveEscrow(
    sql: Sql,
    row: DealRow,
    { amendment, id }: AmendmentRow,
    { terms, estimate = 0n }: Agreed,
  ): void {
    const { bank } = this.#parts;
    if (terms.price === undefined) return;
    const { currency } = terms.price;
    const holding = { agreement: agreementOf(row), owner: row.owner, currency };
    const wanted = estimate - nanoOf(row.charged ?? '0');
    const more = wanted - bank.held(sql, holding);
    // No Id has a blank: what this causes is never taken for what another document did.
    const cause = `${id} (Amend ${amendment})`;
    if (more > 0n) bank.hold(sql, holding, more, cause);
    else bank.release(sql, holding, wanted, cause);
  }
}

function agreementOf({ agreement, offer }: DealRow): string {
  if (agreement === null) throw new Error(`the deal of offer ${offer} is active and has no agreement`);
  return agreement;
}
