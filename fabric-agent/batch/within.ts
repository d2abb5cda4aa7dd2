import type { RunOrder } from '../back-ends/back-end.ts';
import { bareEnd, type EndMark } from './end-mark.ts';
import { orderWithin } from './request.ts';
import type { BatchReservations } from './reservations.ts';

/** An order as its job is to run it. */
export interface Placed {
  readonly order: RunOrder;
  /** What the system calls the reservation in which it is to run; null where that is none. */
  readonly handle: string | null;
}

/** Places an order in the reservation that it names, if any; its end where it cannot run there. */
export async function placed(
  order: RunOrder,
  reservations: BatchReservations | undefined,
  nowMs: number,
): Promise<Placed | { readonly end: EndMark }> {
  const { reservation } = order;
  if (reservation === undefined) return { order, handle: null };
  const kept = await reservations?.find(reservation);
  if (kept === 'missed')
    return { end: bareEnd('refused', `its reservation ${reservation} is not there just now`) };
  const within = kept && orderWithin(order, kept, nowMs);
  if (within !== undefined) return { order: within, handle: kept?.handle ?? null };
  const why = `its reservation ${reservation} is not there, or too little is left of its time`;
  return { end: bareEnd('not-started', why) };
}

/**
 * How an attempt ends whose job was refused. What a reservation does not take says nothing of other jobs; one that has gone
 * meanwhile is asked for again, and so is the attempt.
 */
export async function refusedEnd(
  { reservation }: Pick<RunOrder, 'reservation'>,
  reservations: BatchReservations | undefined,
  why: string,
): Promise<EndMark> {
  const isOther = reservation === undefined || (await reservations?.hasGone(reservation));
  return bareEnd(isOther ? 'refused' : 'not-started', why);
}
