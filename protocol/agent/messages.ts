import { z } from 'zod';
import { blobHash, exitView, taskFile, taskPath } from '../jobs/job.ts';
import { facts } from './facts.ts';
import { publicKey } from './handshake.ts';
import { holds } from './inputs.ts';
import { reservationId, reservations, reserved } from './reservations.ts';
import { standing, why } from './standing.ts';
import { which } from './which.ts';

/** Where an attempt stands on the node. */
export const attemptStage = z.enum(['held', 'staging-in', 'asking', 'started', 'staging-out', 'ended']);
export type AttemptStage = z.output<typeof attemptStage>;

/** What a program printed: as it is where that is little, else as a blob. */
const printed = z.union([
  z.strictObject({ text: z.base64().describe('All of it.') }),
  z.strictObject({ blob: blobHash, bytes: z.int().nonnegative() }),
]);
export type Printed = z.output<typeof printed>;

/** What a program prints to. */
export const printedStream = z.enum(['stdout', 'stderr']);
export type PrintedStream = z.output<typeof printedStream>;

/** Bytes of what a program has printed that are read at once while it runs. */
export const mostReadBytes = 64 * 1024;

/** For how long, in milliseconds, one who reads may wait for something to be printed. */
export const longestReadMs = 60_000;

export type { AgentFacts } from './facts.ts';

// What an agent says.

/** Attempts of one `inventory`, at most. */
export const mostAttemptsAMessage = 500;

const inventory = z.strictObject({
  type: z.literal('inventory'),
  tasks: z
    .array(z.strictObject({ ...which, stage: attemptStage }))
    .max(mostAttemptsAMessage)
    .describe(
      'Every attempt that the agent knows. The broker says of each that it does not want: forget, or cancel.',
    ),
  more: z.literal(true).optional().describe('That another follows, with more of them.'),
});
export type Inventory = z.output<typeof inventory>;

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

const leftFile = taskFile.extend({ bytes: z.int().nonnegative() });

/** Files of one `results`, at most. */
export const mostFilesAMessage = 1_000;

const results = z.strictObject({
  type: z.literal('results'),
  ...which,
  from: z.int().nonnegative().describe('How many files were told before these.'),
  outputs: z.array(leftFile).max(mostFilesAMessage),
});

const ended = z.strictObject({
  type: z.literal('ended'),
  ...which,
  exit: exitView,
  stdout: printed,
  stderr: printed,
  outputs: z.array(leftFile),
  listed: z
    .int()
    .nonnegative()
    .optional()
    .describe('How many files `results` told beside: where one message cannot hold them all.'),
  fault: z.string().nullable().describe('What kept results from being collected, as a sentence.'),
});
export type Ended = z.output<typeof ended>;

const says = z.strictObject({
  type: z.literal('says'),
  ...which,
  kind: z.enum(['progress', 'message', 'question']),
  text: z.string().max(4096),
});

const output = z.strictObject({
  type: z.literal('output'),
  ...which,
  ask: z.int().positive().describe('That of the `read` which this answers.'),
  bytes: z
    .base64()
    .max(4 * Math.ceil(mostReadBytes / 3))
    .describe('What there is from its `offset` on.'),
  size: z.int().nonnegative().describe('How many bytes there are in all by now.'),
  state: z
    .enum(['open', 'closed', 'absent', 'busy'])
    .describe(
      '`open`: there may come more; `closed`: its program has ended; `absent`: the node has nothing of the attempt; `busy`: it is asked too much at once.',
    ),
});
export type Output = z.output<typeof output>;

export const agentMessage = z.discriminatedUnion('type', [
  inventory,
  facts,
  load,
  holds,
  refuse,
  stage,
  mayStart,
  results,
  ended,
  says,
  output,
  standing,
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
  reservation: reservationId
    .optional()
    .describe('It runs in this, of what the node has kept for the broker, or not at all.'),
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

const read = z.strictObject({
  type: z.literal('read'),
  ...which,
  ask: z.int().positive().describe('By this the answer is known.'),
  stream: printedStream,
  offset: z.int().nonnegative(),
  most: z.int().nonnegative().max(mostReadBytes).describe('Bytes; 0 asks only how many there are.'),
  waitMs: z
    .number()
    .nonnegative()
    .max(longestReadMs)
    .describe('How long the answer may wait for the first byte after `offset`.'),
});
export type Read = z.output<typeof read>;

export const brokerMessage = z.discriminatedUnion('type', [
  assign,
  start,
  drop,
  cancel,
  forget,
  answer,
  drain,
  read,
  why,
]);
export type BrokerMessage = z.output<typeof brokerMessage>;

// Beside tasks: the broker vouches for the agent to others.

const vouch = z.strictObject({
  type: z.literal('vouch'),
  ask: z.int().positive().describe('By this the answer is known.'),
  audience: z.url().max(300).describe('The address of the service that is to know the agent.'),
});

/** What an agent says in a session: of tasks, and what it asks for itself. */
const agentWord = z.discriminatedUnion('type', [...agentMessage.options, vouch, reserved]);
export type AgentWord = z.output<typeof agentWord>;

const voucher = z.strictObject({
  type: z.literal('voucher'),
  ask: z.int().positive().describe('That of the `vouch` which this answers.'),
  token: z.string().max(2048).describe('A JWT about the key of the agent, signed by the broker.'),
  holdsMs: z.number().positive().describe('How long it holds, from when it was asked for.'),
  proofKey: publicKey
    .nullable()
    .describe('By this key the service proves itself, where the broker knows that; else by TLS alone.'),
});
export type Voucher = z.output<typeof voucher>;

/** What a broker says in a session. */
const brokerWord = z.discriminatedUnion('type', [...brokerMessage.options, voucher, reservations]);
export type BrokerWord = z.output<typeof brokerWord>;

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
export const agentFrame = frameOf(agentWord);
export const brokerFrame = frameOf(brokerWord);
