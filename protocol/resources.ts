import { z } from 'zod';
import { publicKey } from './agent/handshake.ts';

/** The name by which its owner knows a resource. */
export const resourceName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'is small letters, digits and dashes');

/** `POST /broker/v1/resources`. */
export const resourceRequest = z.strictObject({ name: resourceName });

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

/** A resource as its owner sees it; whom it is shared with sees its name, what it says, and whether it is there. */
export const resourceView = z.object({
  name: resourceName,
  owner: z.string(),
  state: z.enum(['awaited', 'online', 'silent', 'draining']).describe('awaited: its agent has not come yet.'),
  heardAgoMs: z.number().nullable(),
  running: z.number().nullable(),
  held: z.number().nullable(),
  mostTasks: z.number().nullable(),
  says: z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullable(),
  serves: z
    .enum(['any', 'named', 'none'])
    .describe('Which jobs of who asks may run there: any, those that name it, or none.'),
  sharedWith: z
    .array(z.string())
    .nullable()
    .describe('Users, and groups as `group:NAME`; null of a resource of somebody else, who shares it.'),
});
export type ResourceView = z.output<typeof resourceView>;

export const resourceList = z.object({ resources: z.array(resourceView) });
