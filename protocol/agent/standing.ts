import { z } from 'zod';
import { which } from './which.ts';

// Somebody asks why a task waits: one message to its node, and one back.

/** Characters of what a node, or the batch system behind it, says of one attempt. */
export const longestSaid = 1_000;

/** What a node says of an attempt that is ready there, and waits until something that runs has ended. */
export const waitsForRoom = 'it waits for room beside what runs there';

/** No start is told that is expected later, in milliseconds. */
export const longestExpectedMs = 366 * 86_400_000;

/** By the one word that a batch system has for it, and what it says beside that. */
export const queueReason = z.strictObject({
  system: z.string().max(50).describe('Such as `Slurm`.'),
  job: z.string().max(100).describe('The number of the job there.'),
  word: z.string().max(200).describe('Such as `Resources`, of Slurm, or `Eqw`, of Grid Engine.'),
  says: z.string().max(longestSaid).describe('What it says beside that; empty where that is nothing.'),
  startsInMs: z
    .number()
    .nonnegative()
    .max(longestExpectedMs)
    .nullable()
    .describe('When it expects the job to begin; null where it does not say.'),
});
export type QueueReason = z.output<typeof queueReason>;

/** What a broker says. */
export const why = z.strictObject({
  type: z.literal('why'),
  ...which,
  ask: z.int().positive().describe('By this the answer is known.'),
});
export type Why = z.output<typeof why>;

/** What the agent answers. */
export const standing = z.strictObject({
  type: z.literal('standing'),
  ...which,
  ask: z.int().positive().describe('That of the `why` which this answers.'),
  stage: z
    .enum(['held', 'staging-in', 'asking', 'started', 'staging-out', 'ended', 'absent', 'busy'])
    .describe('`absent`: the node has nothing of the attempt; `busy`: it is asked too much at once.'),
  forMs: z.number().nonnegative().describe('For how long it has stood so.'),
  says: z
    .string()
    .max(longestSaid)
    .nullable()
    .describe('What it waits for there, as a sentence; null where it waits for nothing of the node.'),
  queue: queueReason.nullable().describe('Why its job waits in the queue of a batch system, where it does.'),
});
export type Standing = z.output<typeof standing>;
