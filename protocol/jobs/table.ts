import { z } from 'zod';
import { taskStates } from './states.ts';

/** A task in the table of a job: what it was, and what came of it. */
export const tableRow = z.object({
  number: z.number(),
  of: z.number().describe('By which number its program knows it: another where it is one of an earlier job.'),
  parameters: z.array(z.string()),
  state: z.enum(taskStates),
  exit: z
    .int()
    .nullable()
    .describe('The exit code, 128 and the signal where one ended it; null where there is neither.'),
  attempts: z.number(),
  seconds: z.number().nullable().describe('For how long its program ran the last time.'),
  resource: z.string().nullable(),
  reason: z.string().nullable(),
});
export type TableRow = z.output<typeof tableRow>;

/** A page of `GET /broker/v1/jobs/{job}/table`, by number. */
export const tablePage = z.object({
  parameters: z.array(z.string()).describe('What the first parameters of each task are called.'),
  rows: z.array(tableRow),
  next: z.string().nullable().describe('Give it as `after` to get the next page; null on the last.'),
});

/** Which tasks of a job are run again: those that failed, or all that are not done. */
const againWhich = ['failed', 'not-done'] as const;

/** `POST /broker/v1/jobs/{job}/again`. */
export const againRequest = z.strictObject({ which: z.enum(againWhich).default('not-done') });
export type AgainRequest = z.output<typeof againRequest>;
