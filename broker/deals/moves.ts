import { randomInt } from 'node:crypto';
import { nanoOf } from '../../grammar/index.ts';
import type { Sql } from '../../platform/store/store.ts';
import { type DealMove, type DealState, type DealVerb, dealMoves } from '../../protocol/deals/states.ts';
import type { Bank, Holding } from '../accounts/bank.ts';
import { billId, billOf } from './bill.ts';
import { tellCharges } from './charges-told.ts';
import { Declined } from './declined.ts';
import type { DealCapacity, Side, WorkUnder } from './parts.ts';
import { agreementOf, dealDocument, declines } from './replies.ts';
import type { DealRow } from './rows.ts';
import { moveDeal, noteOf } from './store.ts';

export interface MoveParts {
  readonly bank: Bank;
  readonly capacity: DealCapacity;
  readonly work: WorkUnder;
  /** What else is open between the sides lapses. */
  readonly lapseAmend: (sql: Sql, row: DealRow, now: number) => DealRow;
}

/** A deal as it is after a move, and what is to be done once that is on disk. */
export interface Moved {
  readonly row: DealRow;
  readonly after: readonly (() => void)[];
}

/** How an agreement comes to its end. */
export interface Ending {
  readonly verb: 'Terminate' | 'Complete' | 'until';
  readonly by: Side | 'itself';
  /** Why, where it is terminated. */
  readonly reason?: string | undefined;
}

/** The moves of deals, each a part of a verb of the store. Throw Declined where the table has no such move. */
export class DealMoves {
  readonly #parts: MoveParts;

  constructor(parts: MoveParts) {
    this.#parts = parts;
  }

  /** Accepts an Offer: what it holds is reserved, and what it may cost is in escrow. */
  accept(sql: Sql, row: DealRow, acceptId: string, by: Side, now: number): Moved {
    const move = moveOf(row, 'Accept', by, 'active');
    const agreement = newId('agr');
    this.#escrow(sql, row, agreement);
    if (this.#parts.capacity.asksBackEnds(sql, row)) {
      const accepting = moveOf(row, 'Accept', by, 'accepting');
      return { row: moveDeal(sql, row, accepting, now, { agreement, acceptedBy: acceptId }), after: [] };
    }
    this.#parts.capacity.reserve(sql, row.deal, agreement);
    const changed = { agreement, acceptedBy: acceptId };
    const document = (next: DealRow) => agreementOf(next, acceptId);
    const looked = () => this.#parts.work.changed(agreement);
    return { row: moveDeal(sql, row, move, now, changed, { document }), after: [looked] };
  }

  /** Batch systems keep what an Offer holds: it is an agreement now. */
  reserved(sql: Sql, row: DealRow, now: number): DealRow {
    const move = moveOf(row, 'reserved', 'itself');
    const { deal, offer, agreement, acceptedBy } = row;
    this.#parts.capacity.reserve(sql, deal, agreement ?? '');
    const document = (next: DealRow) => agreementOf(next, acceptedBy ?? '');
    return moveDeal(sql, row, move, now, { reservation: offer }, { document });
  }

  /** A batch system does not keep what an Offer holds: that is free, and so is the money. */
  refused(sql: Sql, row: DealRow, why: string, now: number): DealRow {
    const move = moveOf(row, 'refused', 'itself');
    const { deal, agreement, acceptedBy, offer } = row;
    const holding = holdingOf(row);
    if (holding !== undefined) this.#parts.bank.release(sql, holding, 0n, `${agreement} refused`);
    this.#parts.capacity.letGo(sql, deal);
    const changed = { reasonWord: 'capacity', reasonText: why };
    const document = (next: DealRow) =>
      declines(acceptedBy ?? undefined, 'capacity', why, { id: newId('dec'), offer, state: next.state });
    return moveDeal(sql, row, move, now, changed, { document, text: why });
  }

  /** The user does not want an Offer: what it held is free. */
  reject(sql: Sql, row: DealRow, by: Side, now: number): DealRow {
    const move = moveOf(row, 'Reject', by);
    this.#parts.capacity.letGo(sql, row.deal);
    return moveDeal(sql, row, move, now);
  }

  /** The time of an Offer is over: what it held is free. */
  lapse(sql: Sql, row: DealRow, now: number): DealRow {
    const move = moveOf(row, 'lapse', 'itself');
    this.#parts.capacity.letGo(sql, row.deal);
    return moveDeal(sql, row, move, now);
  }

  /** The user counters: what was held is free; how often this Ask was countered is counted. */
  counter(sql: Sql, row: DealRow, rounds: number, now: number): DealRow {
    const move = moveOf(row, 'Counter', 'user');
    this.#parts.capacity.letGo(sql, row.deal);
    return moveDeal(sql, row, move, now, { rounds });
  }

  /** The broker takes an Offer back, for a Reason: its word, and what follows it. */
  withdraw(sql: Sql, row: DealRow, reason: string, now: number): DealRow {
    const move = moveOf(row, 'Cancel', 'broker');
    this.#parts.capacity.letGo(sql, row.deal);
    const document = ({ offer }: DealRow) =>
      dealDocument('Cancel', undefined, [
        ['Id', newId('can')],
        ['Offer', offer],
        ['Reason', reason],
      ]);
    return moveDeal(sql, row, move, now, {}, { document, text: reason });
  }

  /** An agreement ends: nothing starts under it any more. Where nothing runs it is over at once. */
  end(sql: Sql, before: DealRow, { verb, by, reason }: Ending, now: number): Moved {
    const move = moveOf(before, verb, by);
    const row = this.#parts.lapseAmend(sql, before, now);
    const endsAs = verb === 'Terminate' ? 'terminated' : 'completed';
    const [reasonWord, reasonText] = reason === undefined ? [null, null] : partsOf(reason);
    const document =
      by === 'broker'
        ? ({ agreement }: DealRow) =>
            dealDocument('Terminate', undefined, [
              ['Id', newId('ter')],
              ['Agreement', agreement ?? undefined],
              ['Reason', reason],
            ])
        : undefined;
    const changed = { endsAs, reasonWord, reasonText } as const;
    const ending = moveDeal(sql, row, move, now, changed, { document, text: reason });
    const how = verb !== 'Terminate' ? 'run-out' : by === 'broker' ? 'broker' : 'user';
    const after = this.#parts.work.stop(sql, ending.agreement ?? '', how, now);
    return { row: this.settle(sql, ending, now) ?? ending, after: [after] };
  }

  /** An agreement that ends is over once nothing runs under it: the Bill, and the rest of the escrow back. */
  settle(sql: Sql, row: DealRow, now: number): DealRow | undefined {
    const { state, agreement, endsAs, deal } = row;
    if (state !== 'ending' || agreement === null || endsAs === null) return undefined;
    if (!this.#parts.work.isIdle(sql, agreement)) return undefined;
    const holding = holdingOf(row);
    if (holding !== undefined) this.#parts.bank.release(sql, holding, 0n, billId(agreement));
    this.#parts.capacity.letGo(sql, deal);
    const told = tellCharges(sql, row, now);
    const over = moveDeal(sql, told, moveOf(row, 'settled', 'itself', endsAs), now);
    return noteOf(sql, over, now, 'bill', { document: (final) => billOf(final, undefined) });
  }

  #escrow(sql: Sql, row: DealRow, agreement: string): void {
    const holding = holdingOf({ ...row, agreement });
    if (holding !== undefined) this.#parts.bank.hold(sql, holding, nanoOf(row.estimate ?? '0'), agreement);
  }
}

/** The money of an agreement; undefined where it costs nothing. */
function holdingOf({ agreement, owner, currency }: DealRow): Holding | undefined {
  return agreement === null || currency === null ? undefined : { agreement, owner, currency };
}

/** The move of a row by a side. Throws Declined `too-late` where the table has none. */
export function moveOf(
  { state }: Pick<DealRow, 'state'>,
  verb: DealVerb,
  by: Side | 'itself',
  to?: DealState,
): DealMove {
  const found = dealMoves.find(
    (move) =>
      move.from === state &&
      move.verb === verb &&
      (move.by === by || (move.by === 'either' && by !== 'itself')) &&
      (to === undefined || move.to === to),
  );
  if (found !== undefined) return found;
  throw new Declined('too-late', `it is ${state}, and no ${verb} of this side changes that`, { state });
}

/** Without what looks like something else; some 10^18 of them. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz';

/** An Id for a document of the broker. */
export function newId(kind: string): string {
  return `${kind}-${Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')}`;
}

/** The word of a Reason, and what follows it. */
function partsOf(reason: string): readonly [word: string, text: string] {
  const [word = '', ...rest] = reason.split(' ');
  return [word, rest.join(' ')];
}
