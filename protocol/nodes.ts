import { z } from 'zod';
import { nodeState } from './agent/gathering.ts';

/** An application on a node, as it is registered at infogather, and what the last poll said of it. */
export const nodeEntry = z.object({
  application: z.string(),
  id: z
    .string()
    .nullable()
    .default(null)
    .describe('The Id of the registration; null of version 0.1. Up to its first `/` it names the node.'),
  host: z.string().describe('Where the application is served, as `address:port`.'),
  transport: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'How work is sent to the host: `job` as a job of a broker, and not at all to that address; `tar` where it is null.',
    ),
  poll: z.string().nullable().describe('The Poll address, or null where none was told.'),
  pollable: z
    .boolean()
    .describe(
      'Whether infogather may poll it, at its address or over the socket of its agent; where not, nothing is known of its load since it was told.',
    ),
  cpuLoad: z.number().nullable().describe('The load as it was told or polled last.'),
  date: z.number().nullable().describe("The node's own date of that load, in seconds."),
  says: z
    .record(z.string(), z.union([z.string(), z.array(z.string()).readonly()]))
    .readonly()
    .nullable()
    .default(null)
    .describe(
      'What the registration says of the node, such as Cpus, Memory, Arch and Os: each header with its value, or its values where it repeats; null of version 0.1.',
    ),
  toldAgoMs: z.number().nonnegative().describe('Milliseconds since it was told last.'),
  heardAgoMs: z
    .number()
    .nonnegative()
    .nullable()
    .describe(
      'Milliseconds since a poll was answered for it last, by arrival; null where none was, or the last answer left it out.',
    ),
  agent: nodeState
    .nullable()
    .default(null)
    .describe('What its agent says over its socket to infogather; null where it has none.'),
  agentKey: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'The key by which its agent proved itself to infogather; null where it told no registration so.',
    ),
  fault: z.string().nullable().describe('What was wrong with the last poll, or null where nothing was.'),
});
export type NodeEntry = z.infer<typeof nodeEntry>;

/** A page of `GET /infogather/v1/nodes`. */
export const nodePage = z.object({
  nodes: z.array(nodeEntry),
  next: z.string().nullable().describe('Give it as `after` to get the next page; null on the last.'),
});
export type NodePage = z.infer<typeof nodePage>;

/** The answer of `GET /infogather/v1/applications`. */
export const applicationList = z.object({
  applications: z.array(z.string()).describe('Each application that a live registration offers, once.'),
});

/** The query of `GET /infogather/v1/nodes`. */
export const nodeQuery = z.strictObject({
  application: z.string().optional().describe('Only the nodes that offer exactly this.'),
  after: z.coerce.number<string>().int().nonnegative().optional().describe('The `next` of the page before.'),
});
