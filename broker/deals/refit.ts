import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { AmendmentParts } from './amendments.ts';
import type { DealCapacity } from './parts.ts';
import { amountsJson } from './rows.ts';

/** What begins within so many milliseconds begins at once: the clock goes on while it is looked for. */
const soonMs = 1_000;

/** Reserves what an Amend takes in place of what its agreement has, on the same nodes, from its start or from now on. */
export function refitOn(capacity: Pick<DealCapacity, 'plan' | 'hold'>): AmendmentParts['refit'] {
  return (sql, row, { agreed: { amounts, slots }, startsAt, untilAt, isTimed }, now) => {
    const { deal, places } = row;
    const isSame =
      slots === row.slots &&
      untilAt === row.untilAt &&
      (row.startsAt ?? row.createdAt) === startsAt &&
      amountsJson(amounts) === amountsJson(row.amounts);
    if (isSame) return {};
    if (row.reservation !== null)
      throw noCapacity('a batch system keeps for it what was agreed: end it, and ask for another deal');
    const notBefore = Math.max(startsAt, now);
    const nodes = [...places.keys()];
    const lengthMs = untilAt - notBefore;
    const wanted = { nodes, amounts, slots, notBefore, lengthMs, timed: isTimed, instead: deal };
    const planned = capacity.plan(sql, wanted);
    if (planned === undefined || planned.start > notBefore + soonMs) {
      const detail = `what it wants does not fit on ${nodes.length === 1 ? 'the node' : 'the nodes'} of the agreement`;
      throw noCapacity(detail);
    }
    capacity.hold(sql, deal, planned, amounts, untilAt);
    return { places: planned.slots, short: false, reasonWord: null, reasonText: null };
  };
}

function noCapacity(detail: string): Refusal {
  return new Refusal(failure('no-capacity', detail));
}
