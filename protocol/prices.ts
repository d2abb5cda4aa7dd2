import { z } from 'zod';
import { currencyName } from './accounts.ts';

/** An amount of a currency in canonical text, exact to nine places. */
const amount = z.string().describe('Exact, such as 0.03.');

const spread = {
  currency: currencyName,
  unit: z
    .string()
    .describe('What is charged for: h, cpu-h, gpu-h, GiB-h, task, or job for what is charged once.'),
  tells: z.number().int().describe('How many Tells asked so; in an hour, at most at one moment.'),
  least: amount,
  lower: amount.describe('A quarter of the Tells ask no more.'),
  median: amount,
  upper: amount.describe('Three quarters of the Tells ask no more.'),
  most: amount,
};

/** What the live Tells of an application ask by one unit. */
const priceNow = z.object(spread);
export type PriceNow = z.output<typeof priceNow>;

/** What they asked in an hour, over all moments at which the market looked. */
export const priceHour = z.object({
  hour: z.number().int().describe('When it began, in milliseconds since 1970.'),
  looks: z.number().int().describe('How often the market looked in that hour.'),
  ...spread,
});
export type PriceHour = z.output<typeof priceHour>;

export const pricePage = z.object({
  application: z.string(),
  now: z.array(priceNow).describe('What most Tells ask first; on the first page alone.'),
  hours: z.array(priceHour).describe('The newest first.'),
  next: z.string().nullable().describe('To be given as `before` for those before them.'),
});
export type PricePage = z.output<typeof pricePage>;

/** Which prices somebody asks for. */
export const priceQuery = z.strictObject({
  application: z.string().min(1).max(200).describe('Its whole name.'),
  currency: currencyName.optional(),
  unit: z.enum(['h', 'cpu-h', 'gpu-h', 'GiB-h', 'task', 'job']).optional(),
  since: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Hours from this moment on, in milliseconds since 1970.'),
  before: z
    .string()
    .regex(/^\d{1,16}\.[A-Z0-9]{3,10}\.[A-Za-z-]{1,10}$/, 'is the next of a page before')
    .optional(),
  limit: z.coerce.number().int().min(0).optional().describe('How many hours at most.'),
});
export type PriceQuery = z.output<typeof priceQuery>;
