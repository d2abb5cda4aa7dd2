import { z } from 'zod';

/** A currency as the language has it: a capital, then 2 to 9 capitals and digits. Each broker's is its own. */
export const currencyName = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{2,9}$/, 'is a currency, such as EUR: a capital, then 2 to 9 capitals and digits');

/** An exact amount of a currency that is not said with it. */
export const amountText = z
  .string()
  .regex(/^-?\d{1,15}(?:\.\d{1,9})?$/, 'is an amount, such as 5.00: at most 15 digits, and 9 after the point')
  .describe('An exact decimal, such as `5.00`.');

/** An amount that somebody gives: more than nothing. */
const givenAmount = amountText.refine((text) => /[1-9]/.test(text) && !text.startsWith('-'), {
  message: 'is more than nothing',
});

/** A word by which a request is known when it is sent again. */
const requestWord = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'is 1 to 128 visible characters of ASCII')
  .describe('A word of yours, by which the request is known when it is sent again.');

/** `POST /broker/v1/accounts/{owner}/{currency}/grants`. */
export const grantRequest = z.strictObject({
  amount: givenAmount,
  request: requestWord,
  memo: z.string().max(200).optional(),
});
export type GrantRequest = z.output<typeof grantRequest>;

/** `PUT /broker/v1/accounts/{owner}/{currency}/limit`; null takes the limit away. */
export const limitRequest = z.strictObject({
  limit: amountText.refine((text) => !text.startsWith('-'), { message: 'is not below nothing' }).nullable(),
});

/** Whose the broker's own accounts are, to which goes what is paid for no node: no user can have such a name. */
export const brokerOwner = '@broker';

export const accountView = z.object({
  owner: z.string().describe(`A user, or \`${brokerOwner}\`: what is paid for no node is the broker's.`),
  currency: currencyName,
  balance: amountText.describe('What is there and not held for a deal.'),
  held: amountText.describe('What is held for deals that are under way.'),
  limit: amountText.nullable().describe('How much may be held at once; null where all may.'),
});
export type AccountView = z.output<typeof accountView>;

export const accountList = z.object({ accounts: z.array(accountView) });

const transferKinds = ['grant', 'escrow', 'charge', 'release'] as const;

/** One line of a statement. */
export const entryView = z.object({
  entry: z.number().int(),
  at: z.number().describe('Milliseconds since 1970.'),
  kind: z.enum(transferKinds),
  cause: z.string().describe('The Id of the document, or the word of the request, that caused it.'),
  amount: amountText.describe('What came to the account; below zero what went from it.'),
  balance: amountText.describe('What was there after it.'),
  memo: z.string().nullable(),
});
export type EntryView = z.output<typeof entryView>;

/** Entries, the earliest first. */
export const statementPage = z.object({
  entries: z.array(entryView),
  next: z.number().int().nullable().describe('To be given as `after` for those that follow.'),
});
export type StatementPage = z.output<typeof statementPage>;
