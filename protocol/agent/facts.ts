import { z } from 'zod';
import { latestMoment } from './gathering.ts';
import { queueId } from './queue-id.ts';

/** Characters of why a node takes no more. */
export const longestUnwilling = 300;

/** What an agent says of its node. */
export const facts = z.strictObject({
  type: z.literal('facts'),
  says: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]))
    .describe('What the node has, as headers of RESOURCE 1.0: Application, Cpus, Memory, Disk, Arch, Os, …'),
  powers: z
    .strictObject({
      limits: z.array(z.string()),
      isolates: z.boolean(),
      gracefulCancel: z.boolean(),
      outlivesAgent: z.boolean(),
      arrays: z.boolean().optional().describe('Whether like tasks that come together are one order.'),
      containers: z.boolean().optional(),
      reserve: z
        .boolean()
        .optional()
        .describe('Whether it can have room kept for later: then it is told what, by `reservations`.'),
      queueMs: z
        .number()
        .positive()
        .optional()
        .describe(
          'For how long a task may wait in a queue behind the node before it starts: then the node takes `mostTasks`, whatever they need together. Not there where a task begins at once.',
        ),
      queue: queueId.optional(),
    })
    .describe('What the back end can do beyond what all can.'),
  acceptsUnisolated: z
    .boolean()
    .optional()
    .describe('Whether tasks of others than its owner run there though the back end does not isolate them.'),
  mostTasks: z.int().nonnegative().describe('Attempts that it runs at once.'),
  mostHeld: z.int().nonnegative().describe('Attempts that it takes ahead of those that run.'),
  draining: z.boolean().describe('Whether it takes no more.'),
  unwilling: z.string().max(longestUnwilling).optional().describe('Why it takes no more, as a sentence.'),
  closedUntilMs: z
    .int()
    .nonnegative()
    .max(latestMoment)
    .optional()
    .describe('When its hours begin again, by its own clock, for people to read; not there while they last.'),
  closesInMs: z
    .number()
    .nonnegative()
    .optional()
    .describe('How long until whatever still runs there is ended; not there where what runs may finish.'),
});
export type AgentFacts = z.output<typeof facts>;
