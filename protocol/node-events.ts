import { z } from 'zod';
import { messageLevels, nodeState } from './agent/gathering.ts';
import { nodeStates } from './node-states.ts';

/** Milliseconds since 1970. */
const moment = z.number();

/** A node as it stands now: what it registers, together. */
export const nodeStatus = z.object({
  node: z.number().describe('By this its history and messages are asked for.'),
  name: z
    .string()
    .describe(
      'What its Ids begin with, up to the first `/`; of a node of version 0.1 its Poll address or Host.',
    ),
  state: z.enum(nodeStates),
  since: moment.describe('Since when it stands so.'),
  reason: z.string(),
  cursor: z.number().describe('Of the event by which it came to stand so.'),
  applications: z.array(z.string()).describe('At most 1,000 of them.'),
  load: z.number().nullable().describe('Programs that run or wait to run, for each core.'),
  cpus: z.number().nullable().describe('How many it has.'),
  heardAgoMs: z.number().nonnegative().nullable().describe('Milliseconds since it answered last.'),
  says: z
    .record(z.string(), z.union([z.string(), z.array(z.string()).readonly()]))
    .readonly()
    .nullable()
    .describe('What its newest registration says of it; null of version 0.1, and of one that is gone.'),
  agent: nodeState.nullable().describe('What its agent says over its socket; null where it has none.'),
  fault: z.string().nullable().describe('What was wrong with its last poll.'),
});
export type NodeStatus = z.infer<typeof nodeStatus>;

/** A page of `GET /infogather/v1/states`. */
export const nodeStatusPage = z.object({
  nodes: z.array(nodeStatus),
  next: z.string().nullable().describe('Give it as `after` to get the next page; null on the last.'),
  cursor: z.number().describe('From this cursor on events go on from what this page says.'),
});
export type NodeStatusPage = z.infer<typeof nodeStatusPage>;

const whole = z.coerce.number<string>().int().nonnegative();

/** The query of `GET /infogather/v1/states`. */
export const nodeStatusQuery = z.strictObject({
  name: z.string().optional().describe('Only nodes of this name.'),
  after: whole.optional().describe('The `next` of the page before.'),
});

/** A node stands otherwise. */
export const nodeEvent = z.object({
  cursor: z.number(),
  at: moment,
  node: z.number(),
  name: z.string(),
  from: z.enum(nodeStates).nullable().describe('null of a node that is new.'),
  to: z.enum(nodeStates),
  reason: z.string(),
});
export type NodeEvent = z.infer<typeof nodeEvent>;

/** A page of `GET /infogather/v1/events`, and a frame of `/infogather/v1/events/ws`. */
export const nodeEventPage = z.object({
  events: z.array(nodeEvent),
  cursor: z.number().describe('Give it as `after` to go on.'),
});
export type NodeEventPage = z.infer<typeof nodeEventPage>;

/** The query of `GET /infogather/v1/events`. */
export const nodeEventQuery = z.strictObject({
  node: whole.optional().describe('Only of this node.'),
  after: whole.default(0).describe('The last event that is known.'),
  wait: z.coerce
    .number<string>()
    .min(0)
    .default(0)
    .describe('How long to wait for something new, in seconds.'),
});

/** What is sent over `/infogather/v1/events/ws` to be told of what comes after a cursor. */
export const nodeEventSubscription = z.strictObject({
  node: z.int().nonnegative().optional(),
  after: z.int().nonnegative().default(0),
});

/** The answer of `GET /infogather/v1/states/{node}/history`. */
export const nodeHistory = z.object({
  stepMs: z.number().describe('How long a point is.'),
  points: z.array(
    z.object({
      at: moment.describe('When it begins.'),
      load: z.number().nullable(),
      freeCpus: z.number().nullable(),
      running: z.number().nullable().describe('Tasks.'),
    }),
  ),
});
export type NodeHistory = z.infer<typeof nodeHistory>;

/** The query of `GET /infogather/v1/states/{node}/history`. */
export const nodeHistoryQuery = z.strictObject({
  since: z.coerce
    .number<string>()
    .positive()
    .default(3600)
    .describe('How many seconds it goes back; the further, the coarser its steps are.'),
});

/** The answer of `GET /infogather/v1/states/{node}/messages`, the latest first. */
export const nodeMessages = z.object({
  messages: z.array(
    z.object({ number: z.number(), at: moment, level: z.enum(messageLevels), text: z.string() }),
  ),
  next: z.string().nullable().describe('Give it as `before` to get older ones; null where there are none.'),
});
export type NodeMessages = z.infer<typeof nodeMessages>;

/** The query of `GET /infogather/v1/states/{node}/messages`. */
export const nodeMessageQuery = z.strictObject({
  level: z.enum(messageLevels).default('info').describe('The mildest that is wanted.'),
  before: whole.optional().describe('The `next` of the page before.'),
});
