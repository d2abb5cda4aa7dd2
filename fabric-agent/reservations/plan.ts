import type { Reservation, ReserveOrder } from '../back-ends/reservations.ts';

/** What is to be done so that what is kept is what is wanted. */
export interface ReservationPlan {
  readonly make: readonly ReserveOrder[];
  readonly release: readonly Reservation[];
}

/**
 * Compares what is kept with what those want who may have it kept. What nobody wants, and what is there a second time, is
 * released; of those who have not said yet what they want, all that is there stays. What is over by this clock stays too, should
 * the clock be wrong: it ends by itself.
 *
 * @param wanted ids are as the back end has them
 * @param isUndecided whether who owns an id has yet to say what they want
 */
export function planOf(
  there: readonly Reservation[],
  wanted: readonly ReserveOrder[],
  isUndecided: (id: string) => boolean,
  nowMs: number,
): ReservationPlan {
  const lasting = wanted.filter(({ endMs }) => endMs > nowMs);
  const ids = new Set(wanted.map(({ id }) => id));
  const kept = new Set<string>();
  const release: Reservation[] = [];
  for (const one of there) {
    const isFirst = !kept.has(one.id);
    if (isFirst && (ids.has(one.id) || isUndecided(one.id))) kept.add(one.id);
    else release.push(one);
  }
  return { make: lasting.filter(({ id }) => !kept.has(id)), release };
}
