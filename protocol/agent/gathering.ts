import { z } from 'zod';
import { challenge, nonce, proof, publicKey, refused } from './handshake.ts';
import { queueId } from './queue-id.ts';

// What an agent and infogather say to each other over one WebSocket, a JSON object a frame.

/** The whole path of that WebSocket. */
export const gatheringPath = '/infogather/agents/ws';

/** The one thing that a JWT lets an agent do: register itself, where it also proves that it has its key. */
export const agentScope = 'register';

/** Whom a JWT is about that is an agent's: nobody else has a name with a colon. */
export function agentSubject(key: string): string {
  return `agent:${key}`;
}

const ask = z.int().positive().describe('By this the answer is known.');

/** Characters of the documents of one message. */
export const mostDocumentCharacters = 128 * 1024;
const documents = z.string().max(mostDocumentCharacters).describe('Documents as text, one after another.');

/** A JWT of a broker that vouches for the key of the agent. */
const token = z.string().max(2048);

/** First, of the agent. */
export const gatheringHello = z.strictObject({
  type: z.literal('hello'),
  protocol: z.int(),
  key: publicKey,
  nonce,
  token,
});
export type GatheringHello = z.output<typeof gatheringHello>;

/** Fourth, of infogather, after its challenge and the proof of the agent. */
const welcome = z.strictObject({
  type: z.literal('welcome'),
  stateMs: z.int().positive().describe('How often the agent is to say how it stands, at least.'),
  holdsMs: z.number().describe('How long the JWT holds yet: another is to be shown before.'),
});
export type GatheringWelcome = z.output<typeof welcome>;

/** No start is put off for longer, in milliseconds. */
const longestDelayMs = 366 * 86_400_000;

/** What of a batch system an agent gives tasks to. */
const queueState = z.strictObject({
  id: queueId,
  name: z.string().max(256).describe('The partition or queue.'),
  total: z.int().nonnegative().describe('Processor cores.'),
  free: z.int().nonnegative(),
  waiting: z.int().nonnegative().describe('Jobs that wait there, of everybody.'),
  running: z.int().nonnegative(),
  mostQueued: z.int().nonnegative().describe('Tasks that the owner lets wait or run there at once.'),
  walltimeMs: z
    .number()
    .positive()
    .nullable()
    .describe('How long one job may run there; null: nothing is said.'),
});

/** No date is later, in milliseconds since 1970 (ECMAScript, Time Values). */
export const latestMoment = 8.64e15;

/** How a node stands. */
export const nodeState = z.strictObject({
  state: z
    .enum(['ready', 'busy', 'draining'])
    .describe('`busy`: it runs all that it can at once; `draining`: it takes no more.'),
  running: z.int().nonnegative().describe('Tasks that run, or are about to.'),
  held: z.int().nonnegative().describe('Tasks that wait for their turn there.'),
  free: z
    .strictObject({
      tasks: z.int().nonnegative(),
      cpus: z.number().nonnegative(),
      memoryBytes: z.number().nonnegative(),
      diskBytes: z.number().nonnegative().nullable(),
    })
    .describe('What is left for more.'),
  load: z.number().nonnegative().describe('Programs that run or wait to run, for each core.'),
  startDelayMs: z
    .number()
    .nonnegative()
    .max(longestDelayMs)
    .optional()
    .describe('How long what comes now waits in its queue before it starts, where it knows.'),
  queue: queueState.optional().describe('Of a node whose tasks wait in a batch system, what that says.'),
  closedUntilMs: z
    .int()
    .nonnegative()
    .max(latestMoment)
    .optional()
    .describe(
      'When its hours begin again, in milliseconds since 1970 by its own clock; not there while they last.',
    ),
});
export type NodeState = z.output<typeof nodeState>;

/** How bad what a message says is, the worst first. */
export const messageLevels = ['error', 'warn', 'info', 'debug'] as const;
export type MessageLevel = (typeof messageLevels)[number];

/** What an agent says then. */
export const toGathering = z.discriminatedUnion('type', [
  proof,
  z.strictObject({ type: z.literal('tell'), ask, documents }),
  z.strictObject({ type: z.literal('polled'), ask, documents }),
  z.strictObject({ type: z.literal('state'), ...nodeState.shape }),
  z.strictObject({
    type: z.literal('message'),
    level: z.enum(messageLevels),
    text: z.string().max(1000).describe('What people who look after the node should know.'),
  }),
  z.strictObject({ type: z.literal('renew'), ask, token }),
]);
export type ToGathering = z.output<typeof toGathering>;

/** What infogather says. */
export const fromGathering = z.discriminatedUnion('type', [
  challenge,
  welcome,
  refused,
  z.strictObject({
    type: z.literal('told'),
    ask,
    documents,
    problem: z
      .strictObject({
        code: z.string(),
        status: z.int(),
        detail: z.string(),
        next: z.string().optional(),
      })
      .nullable()
      .describe('Why nothing was told, where no document says it.'),
  }),
  z.strictObject({ type: z.literal('poll'), ask }),
  z.strictObject({
    type: z.literal('renewed'),
    ask,
    holdsMs: z.number().describe('How long the JWT holds yet that counts now.'),
    why: z.string().nullable().describe('Why that is still the one before; null where it is the new one.'),
  }),
]);
export type FromGathering = z.output<typeof fromGathering>;
