import { z } from 'zod';
import {
  accountList,
  accountView,
  entryView,
  grantRequest,
  limitRequest,
  statementPage,
} from '../accounts.ts';
import { uploadView } from '../blobs.ts';
import { billView, dealEvent, dealEventPage, dealPage, dealView } from '../deals/deal.ts';
import {
  brokerKey,
  jwtMade,
  jwtRequest,
  tokenList,
  tokenMade,
  tokenRequest,
  tokenView,
  userList,
  userRequest,
  userView,
} from '../identities.ts';
import {
  answerRequest,
  cancelRequest,
  eventPage,
  exitView,
  jobChange,
  jobEvent,
  jobPage,
  jobRequest,
  jobView,
  outputPage,
  taskPage,
  taskView,
} from '../jobs/job.ts';
import { againRequest, tablePage } from '../jobs/table.ts';
import {
  nodeEvent,
  nodeEventPage,
  nodeHistory,
  nodeMessages,
  nodeStatus,
  nodeStatusPage,
} from '../node-events.ts';
import { applicationList, nodeEntry, nodePage } from '../nodes.ts';
import { priceHour, pricePage } from '../prices.ts';
import { problem } from '../problem.ts';
import { reservationList, reservationRequest, reservationView } from '../reservations.ts';
import {
  enrolledView,
  enrolmentView,
  enrolRequest,
  resourceList,
  resourceRequest,
  resourceView,
} from '../resources.ts';
import { groupList, groupRequest, groupView, membersRequest, shareRequest } from '../sharing.ts';
import { whyView } from '../why/view.ts';

const text = z.string().describe('One document, as it stands in docs/sla.md.');

const document = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .describe('One document: each header with its value, or its values where it repeats.');

/** What is sent to the services. */
export const sent = {
  Document: document,
  DocumentText: text,
  JobRequest: jobRequest,
  JobChange: jobChange,
  AgainRequest: againRequest,
  CancelRequest: cancelRequest,
  AnswerRequest: answerRequest,
  ResourceRequest: resourceRequest,
  ReservationRequest: reservationRequest,
  EnrolRequest: enrolRequest,
  UserRequest: userRequest,
  TokenRequest: tokenRequest,
  JwtRequest: jwtRequest,
  ShareRequest: shareRequest,
  GroupRequest: groupRequest,
  MembersRequest: membersRequest,
  GrantRequest: grantRequest,
  LimitRequest: limitRequest,
} as const;

/** What they answer; more members may come with time. */
export const answered = {
  Documents: z.array(document),
  DocumentsText: z.string().describe('Documents one after another, each ended by an empty line.'),
  Job: jobView,
  JobPage: jobPage,
  Why: whyView,
  Task: taskView,
  TaskPage: taskPage,
  TablePage: tablePage,
  OutputPage: outputPage,
  Exit: exitView,
  JobEvent: jobEvent,
  EventPage: eventPage,
  Upload: uploadView,
  Resource: resourceView,
  ResourceList: resourceList,
  Reservation: reservationView,
  ReservationList: reservationList,
  Enrolment: enrolmentView,
  Enrolled: enrolledView,
  User: userView,
  UserList: userList,
  UserAdded: userView.pick({ name: true }),
  Token: tokenView,
  TokenList: tokenList,
  TokenMade: tokenMade,
  JwtMade: jwtMade,
  BrokerKey: brokerKey,
  Group: groupView,
  GroupList: groupList,
  Deal: dealView,
  DealPage: dealPage,
  DealEvent: dealEvent,
  DealEventPage: dealEventPage,
  Bill: billView,
  Account: accountView,
  AccountList: accountList,
  Entry: entryView,
  StatementPage: statementPage,
  PriceHour: priceHour,
  PricePage: pricePage,
  Node: nodeEntry,
  NodePage: nodePage,
  ApplicationList: applicationList,
  NodeStatus: nodeStatus,
  NodeStatusPage: nodeStatusPage,
  NodeEvent: nodeEvent,
  NodeEventPage: nodeEventPage,
  NodeHistory: nodeHistory,
  NodeMessages: nodeMessages,
  Problem: problem,
  Description: z.record(z.string(), z.unknown()).describe('A description in OpenAPI 3.1.'),
  Page: z.string().describe('A page of HTML.'),
} as const;

export type SchemaName = keyof typeof sent | keyof typeof answered;

/** A schema of JSON Schema 2020-12, which is that of OpenAPI 3.1. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** All of them in JSON Schema; where one holds another, it refers to it. */
export function schemasAsJson(): Record<SchemaName, JsonSchema> {
  const all = { ...asJson(sent, 'input'), ...asJson(answered, 'output') };
  return all as Record<SchemaName, JsonSchema>;
}

/** Where the schema of a name stands in a description. */
export function refersTo(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** A schema of something small, such as a parameter, by itself. */
export function schemaAsJson(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return json as JsonSchema;
}

function asJson(
  schemas: Readonly<Record<string, z.ZodType>>,
  io: 'input' | 'output',
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    io,
    uri: (id) => refersTo(id).$ref,
    override: ({ jsonSchema, zodSchema }) => {
      // Whoever reads an answer is to read that of a later version too.
      const isPlain = zodSchema._zod.def.type === 'object';
      if (io === 'output' && isPlain && jsonSchema.additionalProperties === false)
        delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([id, { $schema: _schema, $id: _id, ...json }]) => [id, json]),
  ) as Record<string, JsonSchema>;
}
