import type { Sql } from '../../platform/store/store.ts';
import type { UserCaller } from '../caller.ts';
import { openAmendment } from './amendment-rows.ts';
import type { Amendments } from './amendments.ts';
import { checkNotLapsed } from './asking.ts';
import { Declined } from './declined.ts';
import { type DealMoves, type Moved, moveOf } from './moves.ts';
import type { Side } from './parts.ts';
import { acknowledges, agreementOf } from './replies.ts';
import type { DealRow } from './rows.ts';
import { dealOf, namedBy, type Outcome, type Sent } from './said-once.ts';

export interface TakingParts {
  readonly moves: DealMoves;
  readonly amendments: Amendments;
  /** The terms of an agreement have changed: to be called once that is on disk. */
  readonly changed: (agreement: string) => void;
  /** Something of a deal is over at a moment, in milliseconds since 1970: to be called once that is on disk. */
  readonly due: (at: number | null) => void;
}

/** Takes a document that moves a deal, within a verb. Throws Declined. */
export function taken(sql: Sql, sent: Sent, parts: TakingParts, now: number): Outcome {
  const { document, id, user } = sent;
  const { moves, amendments } = parts;
  const row = dealOf(sql, document, user);
  if (row === undefined) throw new Declined('not-found', `there is no deal ${namedBy(document)} of yours`);
  const { deal, headers, action } = document;
  const side = sideOf(row, user, action);
  const acknowledged = ({ row: next, after }: Moved): Outcome => {
    return { row: next, reply: acknowledges(id, next), after };
  };
  const isAmending = action === 'Amend' || (isAnswer(action) && deal?.agreement !== undefined);
  if (isAmending) {
    const amended =
      action === 'Amend'
        ? amendments.propose(sql, row, document, side, now)
        : amendments.answer(sql, row, document, answeringSide(sql, row, user, side), now);
    const { reply, row: next, dueAt } = amended;
    const after = [() => parts.changed(row.agreement ?? ''), () => parts.due(dueAt)];
    return { reply, row: next, after };
  }
  switch (action) {
    case 'Accept': {
      checkNotLapsed(row, now);
      const { row: next, after } = moves.accept(sql, row, id, side, now);
      const reply = next.state === 'active' ? agreementOf(next, id) : acknowledges(id, next);
      return { row: next, reply, after };
    }
    case 'Reject':
      checkNotLapsed(row, now);
      return acknowledged({ row: moves.reject(sql, row, side, now), after: [] });
    case 'Cancel': {
      moveOf(row, 'Cancel', side);
      const why = headers.find(({ name }) => name === 'Reason')?.value;
      return acknowledged({
        row: moves.withdraw(sql, row, why ?? 'policy it is taken back', now),
        after: [],
      });
    }
    default: {
      const verb = action === 'Complete' ? 'Complete' : 'Terminate';
      const reason = headers.find(({ name }) => name === 'Reason')?.value;
      return acknowledged(moves.end(sql, row, { verb, by: side, reason }, now));
    }
  }
}

/** For whom somebody speaks in a deal: administrators for the broker in those of others, and where only it may speak. */
function sideOf({ owner }: DealRow, user: UserCaller, action: Sent['document']['action']): Side {
  if (owner !== user.owner) return 'broker';
  return action === 'Cancel' && user.isAdministrator === true ? 'broker' : 'user';
}

/** An administrator who answers what was amended in a deal of their own does so for the other side. */
function answeringSide(sql: Sql, { deal }: DealRow, { isAdministrator }: UserCaller, side: Side): Side {
  const isForBroker = isAdministrator === true && openAmendment(sql, deal)?.by === 'user';
  return isForBroker ? 'broker' : side;
}

function isAnswer(action: Sent['document']['action']): boolean {
  return action === 'Accept' || action === 'Reject';
}
