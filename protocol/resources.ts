import { z } from 'zod';
import { publicKey } from './agent/handshake.ts';

/** The name by which its owner knows a resource. */
export const resourceName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'is small letters, digits and dashes');

/** `POST /broker/v1/resources`. */
export const resourceRequest = z.strictObject({
  name: resourceName,
  another: z
    .literal(true)
    .optional()
    .describe('That it is there already, and has one agent more: of another machine, or of the same queue.'),
});

/** Its answer: the secret is told once, and kept as a hash. */
export const enrolmentView = z.object({
  name: resourceName,
  secret: z.string(),
  expiresAt: z.number(),
});
export type EnrolmentView = z.output<typeof enrolmentView>;

/** `POST /broker/v1/enrol`: an agent says its key, and the secret that its owner got. */
export const enrolRequest = z.strictObject({ secret: z.string().max(128), key: publicKey });

/** Its answer: the name of the resource, whose it is, and the key by which the broker will prove itself. */
export const enrolledView = z.object({
  name: resourceName,
  owner: z.string().describe('The user to whom the resource belongs.'),
  brokerKey: publicKey,
});
export type EnrolledView = z.output<typeof enrolledView>;

const resourceState = z
  .enum(['awaited', 'online', 'silent', 'draining'])
  .describe('awaited: its agent has not come yet.');

/** One of several agents of a resource. */
const agentView = z.object({
  name: z.string().describe('That of the resource, and of all but the first a dot and a number.'),
  state: resourceState,
  heardAgoMs: z.number().nullable(),
  running: z.number().nullable(),
  held: z.number().nullable(),
  mostTasks: z.number().nullable(),
  queue: z
    .string()
    .nullable()
    .describe('Agents that say the same give tasks to one queue, which is counted once.'),
});
export type AgentView = z.output<typeof agentView>;

/** A resource as its owner sees it; whom it is shared with sees its name, what it says, and whether it is there. */
export const resourceView = z.object({
  name: resourceName,
  owner: z.string(),
  state: resourceState,
  heardAgoMs: z.number().nullable(),
  running: z.number().nullable(),
  held: z.number().nullable(),
  mostTasks: z.number().nullable(),
  says: z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullable(),
  powers: z
    .array(z.string())
    .nullable()
    .describe(
      'What its back end can do: limits that it enforces, arrays, containers, gracefulCancel, isolates, outlivesAgent, queue, reserve; null as long as it has not said.',
    ),
  serves: z
    .enum(['any', 'named', 'none'])
    .describe('Which jobs of who asks may run there: any, those that name it, or none.'),
  sharedWith: z
    .array(z.string())
    .nullable()
    .describe('Users, and groups as `group:NAME`; null of a resource of somebody else, who shares it.'),
  agents: z.array(agentView).optional().describe('Of a resource that has several: each of them.'),
});
export type ResourceView = z.output<typeof resourceView>;

export const resourceList = z.object({ resources: z.array(resourceView) });
