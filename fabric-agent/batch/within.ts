import type { RunOrder } from '../back-ends/back-end.ts';
import { bareEnd, type EndMark } from './end-mark.ts';
import { orderWithin } from './request.ts';
import type { BatchReservations } from './reservations.ts';

/** An order as its job is to run it. */
export interface Placed {
  readonly order: RunOrder;
  /** What the system calls the reservation in which it is to run; null where that is none. */
  readonly handle: string | null;
  /** How often any reservation had been asked for then. */
  readonly asked: number;
}

/**
 * Places an order in the reservation that it names, if any; its end where it cannot run there. What is not there is no fault
 * of the node: others that run there want nothing of it.
 */
export async function placed(
  order: RunOrder,
  reservations: BatchReservations | undefined,
  now: () => number,
): Promise<Placed | { readonly end: EndMark }> {
  const { reservation } = order;
  if (reservation === undefined) return { order, handle: null, asked: 0 };
  const kept = await reservations?.find(reservation, order);
  if (kept === 'missed')
    return { end: bareEnd('too-late', `its reservation ${reservation} is not there just now`) };
  const within = kept && orderWithin(order, kept, now());
  if (within !== undefined)
    return { order: within, handle: kept?.handle ?? null, asked: reservations?.asked ?? 0 };
  const why = `its reservation ${reservation} is not there, or too little is left of its time`;
  return { end: bareEnd('not-started', why) };
}

/**
 * How an attempt ends whose job was refused. What a reservation does not take says nothing of other jobs; of one that has gone
 * meanwhile the attempt comes again.
 */
export async function refusedEnd(
  { order, asked }: Pick<Placed, 'order' | 'asked'>,
  reservations: BatchReservations | undefined,
  why: string,
): Promise<EndMark> {
  const { reservation } = order;
  if (reservation === undefined) return bareEnd('refused', why);
  const hasGone = await reservations?.hasGone(reservation, order, asked);
  return bareEnd(hasGone === true ? 'too-late' : 'not-started', why);
}
