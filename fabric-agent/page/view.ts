import { z } from 'zod';

const capacity = z.object({ tasks: z.number(), cpus: z.number(), memoryBytes: z.number() });

const brokerView = z.object({
  url: z.string(),
  name: z.string().describe('What this node is called there.'),
  owner: z.string().describe('Whose it is there.'),
  kind: z.enum(['broker', 'client']),
  connected: z.boolean(),
  sinceMs: z.number().describe('Since when it is, or is not; milliseconds since 1970.'),
  why: z.string().nullable().describe('Why it is not, where that is known.'),
});

const taskView = z.object({
  task: z.string(),
  attempt: z.number(),
  broker: z.string(),
  owner: z.string(),
  application: z.string(),
  stage: z.enum(['held', 'asking', 'started', 'dropped', 'collecting', 'ended']),
  sinceMs: z.number(),
  cpus: z.number(),
  memoryBytes: z.number().nullable(),
});

const allowListView = z.object({
  applications: z.array(z.object({ name: z.string(), host: z.string().nullable() })),
  owners: z
    .array(z.string())
    .nullable()
    .describe('Users whose tasks run here; null: of all that brokers send.'),
  othersToo: z.boolean().describe('Whether tasks of others than the owner of the node may run.'),
  variables: z.array(z.string()).describe('Expressions for names of variables that tasks may bring.'),
  hours: z.string().nullable(),
  network: z.string(),
  most: z.record(z.string(), z.string()).describe('What a task may take at most, by its setting.'),
});

/** One resource that an agent serves. */
export const nodeView = z.object({
  resource: z.string().nullable().describe('Its name, where the agent serves several.'),
  node: z.string(),
  state: z.enum(['ready', 'busy', 'draining', 'idle']).describe('idle: it is enrolled nowhere.'),
  drainedSinceMs: z.number().nullable().describe('Since when its owner has drained it.'),
  unwilling: z.string().nullable().describe('Why it takes no tasks, by its owner.'),
  backEnd: z.string(),
  powers: z.array(z.string()),
  load: z.number().nullable(),
  capacity: capacity.nullable(),
  free: capacity.nullable(),
  running: z.number(),
  held: z.number(),
  brokers: z.array(brokerView),
  tasks: z.array(taskView).describe('The first of them, those that run before others.'),
  tasksInAll: z.number(),
  allowList: allowListView,
});
export type NodeView = z.output<typeof nodeView>;

/** `GET /agent/v1/status`. */
export const statusView = z.object({
  version: z.literal(1),
  pid: z.number(),
  startedMs: z.number(),
  nodes: z.array(nodeView),
});
export type StatusView = z.output<typeof statusView>;

/** `GET /agent/v1/log`. */
export const logView = z.object({
  lines: z.array(
    z.object({ number: z.number(), level: z.enum(['error', 'warn', 'info', 'debug']), text: z.string() }),
  ),
});
export type LogView = z.output<typeof logView>;

/** What `POST /agent/v1/drain` and `…/resume` take: one resource, or all that the agent serves. */
export const drainRequest = z.strictObject({ resource: z.string().max(64).optional() });

/** Its answer to `POST /agent/v1/links`: what stands behind `#link=` in an address that opens the page once. */
export const linkView = z.object({ link: z.string() });
