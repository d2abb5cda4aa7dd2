import { z } from 'zod';
import { jobStates, taskStates } from './states.ts';

const page = {
  after: z.coerce.number<string>().int().nonnegative().optional().describe('The `next` of the page before.'),
  limit: z.coerce.number<string>().int().min(1).optional().describe('How many at most.'),
};

const wait = z.coerce
  .number<string>()
  .min(0)
  .default(0)
  .describe('How long to wait for something new, in seconds.');

/** The query of `GET /broker/v1/jobs`. */
export const jobQuery = z.strictObject({
  ...page,
  state: z.enum(jobStates).optional(),
  owner: z
    .string()
    .max(63)
    .optional()
    .describe(
      'Whose, by their name, for administrators; `*` for everybody’s. The caller’s own unless given.',
    ),
  agreement: z.string().max(128).optional().describe('Only those under the agreement of this Id.'),
});

/** The query of `GET /broker/v1/jobs/{job}`: it is answered once the job has an event after `cursor`. */
export const jobWait = z.strictObject({
  cursor: z.coerce.number<string>().int().nonnegative().default(0).describe('The last event that is known.'),
  wait,
});

/** The query of `GET /broker/v1/jobs/{job}/tasks`. */
export const taskQuery = z.strictObject({ ...page, state: z.enum(taskStates).optional() });

/** The query of `GET /broker/v1/jobs/{job}/tasks/{number}/outputs`. */
export const outputQuery = z.strictObject(page);

/** The query of `GET /broker/v1/jobs/{job}/tasks/{number}/stdout` and of `stderr`: for ranges of what runs. */
export const printedQuery = z.strictObject({ wait });

/** The query of `GET /broker/v1/events`. */
export const eventQuery = z.strictObject({
  job: z.string().optional(),
  after: z.coerce.number<string>().int().nonnegative().default(0).describe('The last event that is known.'),
  limit: page.limit,
  wait,
});

/** What is sent over `/broker/v1/events/ws` to be told of what comes after a cursor: pages of events, one a frame. */
export const eventSubscription = z.strictObject({
  job: z.string().optional(),
  after: z.int().nonnegative().default(0),
});
