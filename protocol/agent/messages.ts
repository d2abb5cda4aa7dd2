import { z } from 'zod';
import { blobHash, exitView, taskFile, taskPath } from '../jobs/job.ts';

/** Which attempt of which task: `task` is `<job>.<number>`, and safe as the name of a folder. */
const which = {
  task: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  attempt: z.int().positive(),
};

/** Where an attempt stands on the node. */
export const attemptStage = z.enum(['held', 'staging-in', 'asking', 'started', 'staging-out', 'ended']);
export type AttemptStage = z.output<typeof attemptStage>;

/** What a program printed: as it is where that is little, else as a blob. */
const printed = z.union([
  z.strictObject({ text: z.base64().describe('All of it.') }),
  z.strictObject({ blob: blobHash, bytes: z.int().nonnegative() }),
]);
export type Printed = z.output<typeof printed>;

// What an agent says.

const inventory = z.strictObject({
  type: z.literal('inventory'),
  tasks: z
    .array(z.strictObject({ ...which, stage: attemptStage }))
    .describe(
      'Every attempt that the agent knows. The broker says of each that it does not want: forget, or cancel.',
    ),
});

const facts = z.strictObject({
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
    })
    .describe('What the back end can do beyond what all can.'),
  mostTasks: z.int().nonnegative().describe('Attempts that it runs at once.'),
  mostHeld: z.int().nonnegative().describe('Attempts that it takes ahead of those that run.'),
  draining: z.boolean().describe('Whether it takes no more.'),
});
export type AgentFacts = z.output<typeof facts>;

const load = z.strictObject({
  type: z.literal('load'),
  cpuLoad: z.number(),
  freeDiskBytes: z.number().nullable(),
});

const refuse = z.strictObject({
  type: z.literal('refuse'),
  ...which,
  code: z.string().describe('`draining`, `busy`, `full`: the node may take it another time.'),
  reason: z.string().describe('Why the node does not take it, as a sentence.'),
  elsewhere: z.boolean().describe('Whether another node may take it.'),
});

const stage = z.strictObject({
  type: z.literal('stage'),
  ...which,
  stage: z.enum(['staging-in', 'staging-out']),
});

const mayStart = z.strictObject({
  type: z.literal('may-start'),
  ...which,
  askedAtMs: z.number().describe("By the node's boot-time clock: the lease runs from here."),
});

const ended = z.strictObject({
  type: z.literal('ended'),
  ...which,
  exit: exitView,
  stdout: printed,
  stderr: printed,
  outputs: z.array(taskFile.extend({ bytes: z.int().nonnegative() })),
  fault: z.string().nullable().describe('What kept results from being collected, as a sentence.'),
});
export type Ended = z.output<typeof ended>;

const says = z.strictObject({
  type: z.literal('says'),
  ...which,
  kind: z.enum(['progress', 'message', 'question']),
  text: z.string().max(4096),
});

export const agentMessage = z.discriminatedUnion('type', [
  inventory,
  facts,
  load,
  refuse,
  stage,
  mayStart,
  ended,
  says,
]);
export type AgentMessage = z.output<typeof agentMessage>;

// What a broker says.

const assign = z.strictObject({
  type: z.literal('assign'),
  ...which,
  owner: z.string(),
  application: z.string(),
  arguments: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
  inputs: z.array(taskFile.extend({ bytes: z.int().nonnegative() })),
  outputs: z.array(taskPath).nullable(),
  cpus: z.number().positive(),
  memoryBytes: z.number().nullable(),
  diskBytes: z.number().nullable(),
  timeLimitMs: z.number().positive().nullable(),
  graceMs: z.number().nonnegative(),
});
export type Assignment = z.output<typeof assign>;

const start = z.strictObject({
  type: z.literal('start'),
  ...which,
  latestStartMs: z
    .number()
    .describe('After `askedAtMs`: a program that has not begun by then does not begin.'),
  leaseMs: z
    .number()
    .nullable()
    .describe('After `askedAtMs`: whatever runs then is ended; null where the task has no time limit.'),
});

const drop = z.strictObject({
  type: z.literal('drop'),
  ...which,
  reason: z.string().describe('Why it may not start: nothing of it is wanted any more.'),
});

const cancel = z.strictObject({ type: z.literal('cancel'), ...which, graceMs: z.number().nonnegative() });

const forget = z.strictObject({
  type: z.literal('forget'),
  ...which,
});

const answer = z.strictObject({ type: z.literal('answer'), ...which, text: z.string().max(4096) });

const drain = z.strictObject({ type: z.literal('drain'), draining: z.boolean() });

export const brokerMessage = z.discriminatedUnion('type', [
  assign,
  start,
  drop,
  cancel,
  forget,
  answer,
  drain,
]);
export type BrokerMessage = z.output<typeof brokerMessage>;

/**
 * What crosses after the handshake, either way: messages numbered one after another from `from` on, and the number of
 * the last that came from the other side. A frame without messages says only that.
 */
function frameOf<M extends z.ZodType>(message: M) {
  return z.strictObject({
    from: z.int().positive(),
    ack: z.int().nonnegative(),
    messages: z.array(message).max(1000),
  });
}
export const agentFrame = frameOf(agentMessage);
export const brokerFrame = frameOf(brokerMessage);
