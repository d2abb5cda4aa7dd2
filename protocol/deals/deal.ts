import { z } from 'zod';
import { amountText, currencyName } from '../accounts.ts';
import { dealStates } from './states.ts';

const moment = z.number().describe('Milliseconds since 1970.');

/** A header of a document, as it is said there. */
const term = z.object({ name: z.string(), value: z.string() });

/** What of a deal stands on one resource. */
const dealSlots = z.object({ resource: z.string(), slots: z.number().int().min(1) });

/** What one side wants changed in an agreement, and the other has not answered. */
export const amendmentView = z.object({
  id: z.string(),
  by: z.enum(['user', 'broker']),
  terms: z.array(term).describe('What would be otherwise.'),
  estimate: amountText.nullable(),
  expiresAt: moment,
});
export type AmendmentView = z.output<typeof amendmentView>;

/** One Offer and what became of it, or one Decline that is not final. */
export const dealView = z.object({
  offer: z.string().describe('The Id of the Offer or of the Decline.'),
  agreement: z.string().nullable().describe('The Id of the Agreement, once there is one.'),
  ask: z.string().describe('The Id of the Ask.'),
  owner: z.string(),
  state: z.enum(dealStates),
  application: z.string().nullable(),
  terms: z.array(term),
  count: z.number().int().describe('How many slots at once.'),
  slots: z.array(dealSlots).describe('Where they are held or reserved; none once the deal is over.'),
  price: z.string().nullable(),
  currency: currencyName.nullable(),
  estimate: amountText.nullable().describe('The most that is ever charged.'),
  charged: amountText.nullable(),
  held: amountText.nullable().describe('What of the estimate is in escrow yet.'),
  startsAt: moment.nullable(),
  deadlineAt: moment.nullable().describe('By when all tasks have ended, where that is promised.'),
  untilAt: moment.nullable(),
  expiresAt: moment.nullable().describe('When an open Offer lapses.'),
  short: z.boolean().describe('Whether a node left, and what is reserved is no more there as a whole.'),
  reason: z
    .object({ word: z.string(), text: z.string() })
    .nullable()
    .describe('Why it was declined, is short or has ended.'),
  reservation: z.string().nullable().describe("The name of the batch system's reservation."),
  amendment: amendmentView.nullable(),
  createdAt: moment,
  endedAt: moment.nullable(),
  cursor: z.number().int().describe('Of its last event.'),
});
export type DealView = z.output<typeof dealView>;

/** Deals, the newest first. */
export const dealPage = z.object({
  deals: z.array(dealView),
  next: z.string().nullable().describe('To be given as `before` for those before them.'),
});
export type DealPage = z.output<typeof dealPage>;

/** What is owed under an agreement so far; `isFinal` once it is over. */
export const billView = z.object({
  bill: z.string().describe('The Id of the Bill.'),
  agreement: z.string(),
  owner: z.string(),
  currency: currencyName.nullable(),
  lines: z.array(z.string()),
  total: amountText,
  estimate: amountText.nullable(),
  isFinal: z.boolean(),
  at: moment,
});
export type BillView = z.output<typeof billView>;

/** What happened to a deal, on the broker's log of deals. */
export const dealEvent = z.object({
  cursor: z.number().int(),
  at: moment,
  offer: z.string(),
  agreement: z.string().nullable(),
  kind: z.enum(['state', 'amend', 'short', 'whole', 'bill', 'charge']),
  state: z.enum(dealStates),
  text: z.string().nullable().describe('Why, for people.'),
});
export type DealEvent = z.output<typeof dealEvent>;

/** A page of `GET /broker/v1/deals/events`: where nothing is new it waits for as long as `wait` says. */
export const dealEventPage = z.object({ events: z.array(dealEvent), cursor: z.number().int() });

/** The first frame of `/broker/v1/deals/events/ws`; `deal` is the Id of an offer or agreement. */
export const dealEventSubscription = z.strictObject({
  deal: z.string().max(128).optional(),
  after: z.int().nonnegative().default(0),
});

/** The query of `GET /broker/v1/deals/events`; `wait` in seconds. */
export const dealEventQuery = z.strictObject({
  deal: z.string().max(128).optional(),
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).optional(),
  wait: z.coerce.number().min(0).default(0),
});

/** The query of `GET /broker/v1/deals`. */
export const dealQuery = z.strictObject({
  state: z.enum(dealStates).optional(),
  before: z.coerce
    .number<string>()
    .int()
    .positive()
    .optional()
    .describe('As `next` of the page before says.'),
  limit: z.coerce.number<string>().int().min(1).optional().describe('How many deals the page has at most.'),
  owner: z.string().max(63).optional().describe('A user, or `*` for all: for administrators.'),
});
