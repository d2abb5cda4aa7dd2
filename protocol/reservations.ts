import { z } from 'zod';
import { reservationId } from './agent/reservations.ts';
import { resourceName } from './resources.ts';

const moment = z.number().describe('Milliseconds since 1970.');

/** `POST /broker/v1/resources/{name}/reservations`. */
export const reservationRequest = z
  .strictObject({
    slots: z.int().min(1).max(1_000_000).describe('Processor cores.'),
    startsAt: moment.describe('Milliseconds since 1970; at once where that is past.'),
    endsAt: moment,
  })
  .refine(({ startsAt, endsAt }) => endsAt > startsAt, {
    path: ['endsAt'],
    message: 'is not after startsAt',
  });
export type ReservationRequest = z.output<typeof reservationRequest>;

/** Room that the batch system behind a resource keeps for later. */
export const reservationView = z.object({
  id: reservationId,
  resource: resourceName,
  slots: z.number(),
  startsAt: moment,
  endsAt: moment,
  state: z
    .enum(['asked', 'kept', 'refused', 'releasing', 'over'])
    .describe('asked: its agent has not said yet; releasing: nor that it is gone.'),
  handle: z.string().nullable().describe('What the batch system calls it.'),
  reason: z.string().nullable().describe('Why it was refused.'),
});
export type ReservationView = z.output<typeof reservationView>;

export const reservationList = z.object({ reservations: z.array(reservationView) });
