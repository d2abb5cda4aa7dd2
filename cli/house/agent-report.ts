import { z } from 'zod';

/** What an agent that is ready says of itself with `--json`: one line on standard output. */
export const agentReport = z.object({
  ready: z.literal(true),
  poll: z.string().nullable().describe('The Poll address; null where there is none.'),
  page: z.string().nullable().describe("The address of its owner's page; null where there is none."),
  listening: z.string().nullable().describe('Where clients may call it; null where they may not.'),
  applications: z.array(z.object({ name: z.string(), host: z.string().nullable() })).readonly(),
});
export type AgentReport = z.infer<typeof agentReport>;

/** What any command that failed says with `--json`. */
export const failureReport = z.object({
  failure: z.object({
    code: z.string(),
    status: z.number(),
    detail: z.string(),
    next: z.string().optional(),
  }),
});

/** The first line that an agent says: it is ready, or why it is not. */
export const agentLine = z.union([agentReport, failureReport]);
