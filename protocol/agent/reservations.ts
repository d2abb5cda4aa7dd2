import { z } from 'zod';

/** What a reservation is known by; no two of a broker have the same. */
export const reservationId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);

/** Reservations (a count) of one resource at once, at most. */
export const mostReservations = 100;

/** Of those that an agent has not let go of yet, so many (a count) are told at once, at most. */
export const mostLeft = 10 * mostReservations;

/** A broker says all that it wants kept: what an agent keeps for it beside, it lets go. */
export const reservations = z.strictObject({
  type: z.literal('reservations'),
  version: z.int().positive().describe('Each list of a session has a higher one than that before.'),
  wanted: z
    .array(
      z.strictObject({
        id: reservationId,
        startMs: z.number().describe('Milliseconds since 1970.'),
        endMs: z.number(),
        slots: z.int().positive().describe('Processor cores.'),
      }),
    )
    .max(mostReservations),
});
export type WantedReservations = z.output<typeof reservations>;

/** An agent says how it is with them, after each list, and when something changed. */
export const reserved = z.strictObject({
  type: z.literal('reserved'),
  version: z.int().positive().describe('That of the list that this answers.'),
  kept: z
    .array(z.strictObject({ id: reservationId, handle: z.string().max(256) }))
    .max(mostReservations)
    .describe('By the names that the system gave them.'),
  refused: z
    .array(z.strictObject({ id: reservationId, reason: z.string().max(1000) }))
    .max(mostReservations)
    .describe('They are not tried again.'),
  left: z.array(reservationId).max(mostLeft).describe('Not wanted, and not let go yet: it is tried again.'),
});
export type Reserved = z.output<typeof reserved>;
