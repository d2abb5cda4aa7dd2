import { randomUUID } from 'node:crypto';
import { dealDocument, refuseDecline } from '../../client/index.ts';
import { type Document1, formatAddress, partyOf, stringText, unanswered } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Context } from '../commands/context.ts';
import { asksOfVersion1, clientFor, documentsToSend } from '../commands/services.ts';
import type { AnyDocument } from '../sla/readings.ts';
import { documentOf, rewritten } from '../sla/rewritten.ts';

/** Tells (a count) among which brokers are looked for, unless the Ask has a Limit of its own. */
const mostTells = 1_000;

/** The one Ask of version 1.0 that a file holds. */
export async function askIn(context: Context, file: string): Promise<Document1> {
  const [ask, ...more] = asksOfVersion1(await documentsToSend(context, file, ['Ask']));
  if (ask === undefined || more.length > 0)
    throw new Refusal(
      failure('bad-files', `${file} holds ${more.length + 1} documents`, 'make a deal of one Ask'),
    );
  if (ask.language === 'SLA') return ask;
  throw new Refusal(
    failure('wrong-service', 'a RESOURCE Ask asks for nodes, and no broker', 'write an SLA Ask'),
  );
}

/** An Ask as it is put to brokers, and how many tasks it is for. */
export interface DealAsk {
  /** With an Id that is new: one that comes again would be answered by the Offer of before. */
  readonly ask: Document1;
  readonly tasks: number;
}

/**
 * Throws a Refusal `bad-files` where the job contradicts the Ask.
 *
 * @param also what a job says beside the Ask: which application it runs, how many tasks it has, and on which resources
 */
export function dealAsk(
  ask: Document1,
  also: {
    readonly application?: string | undefined;
    readonly tasks?: number | undefined;
    readonly resources?: readonly string[] | undefined;
  } = {},
): DealAsk {
  const { tasks: asked, count, tests } = partyOf(ask);
  if (asked !== undefined && also.tasks !== undefined && asked !== also.tasks) {
    const detail = `the Ask is for ${asked} tasks, and the job has ${also.tasks}`;
    throw new Refusal(failure('bad-files', detail, 'say the same in both, or leave Tasks out of the Ask'));
  }
  const tasks = asked ?? also.tasks ?? count;
  const isNamed = tests.some(({ name }) => name === 'application');
  if (isNamed && also.application !== undefined) checkIsFor(ask, also.application);
  return {
    tasks,
    ask: rewritten(onlyOn(ask, also.resources), {
      Id: `ask-${randomUUID()}`,
      Seq: undefined,
      Cursor: undefined,
      Limit: undefined,
      ...(tasks === count && asked === undefined ? {} : { Tasks: String(tasks) }),
      ...(also.application === undefined
        ? {}
        : { Application: stringText(also.application), 'Application?': undefined }),
    }),
  };
}

/** An Ask for one of these resources, beside what it says of them itself. */
function onlyOn(ask: Document1, resources: readonly string[] = []): Document1 {
  if (resources.length === 0) return ask;
  return documentOf([...ask.headers, { name: 'Resource', value: resources.map(stringText).join(' | ') }]);
}

/** Whether an Ask says which application it is for, and that may be this one. */
export function isFor(ask: Document1, application: string | undefined): boolean {
  const tested = ask.headers.filter(({ name }) => isApplication.test(name));
  if (tested.length === 0 || application === undefined || application === '') return false;
  const only = dealDocument('Ask', 'only', tested);
  const runs = [{ name: 'Application', value: stringText(application) }];
  return unanswered(partyOf(only), { headers: runs }).length === 0;
}

function checkIsFor(ask: Document1, application: string): void {
  if (isFor(ask, application)) return;
  const tested = ask.headers.filter(({ name }) => isApplication.test(name));
  const asked = tested.map(({ value }) => value).join(' and ');
  throw new Refusal(
    failure(
      'bad-files',
      `the command runs ${application}, and the Ask is for ${asked}`,
      'say the same application in both, or leave Application out of the Ask',
    ),
  );
}

const isApplication = /^(?:their\.)?application\??$/i;

/** What matches an Ask at the market. */
export interface Matches {
  /** Of version 1.0. */
  readonly tells: readonly Document1[];
  /** Addresses of brokers, each once, that of the best match first. */
  readonly brokers: readonly string[];
  /** All that was answered. */
  readonly answers: readonly AnyDocument[];
}

/**
 * Asks the market who could offer it: each Tell by itself, for whether a broker has as many slots as are wanted it says
 * itself, and which of its resources they are on.
 */
export async function matchesOf(
  context: Context,
  { ask, tasks }: DealAsk,
  signal: AbortSignal,
): Promise<Matches> {
  const question = rewritten(ask, {
    ...{ Count: undefined, Resource: undefined },
    ...{ Tasks: String(tasks), Limit: String(mostTells) },
  });
  const answers = await clientFor(context, question).send(question, { signal });
  refuseDecline(answers);
  const tells = answers.filter((answer) => 'envelope' in answer && answer.action === 'Tell');
  return {
    tells: tells.filter((tell) => 'envelope' in tell),
    brokers: [...new Set(answers.flatMap((answer) => brokerOf(answer) ?? []))],
    answers,
  };
}

function brokerOf(answer: AnyDocument): string | undefined {
  if (answer.action !== 'Tell') return undefined;
  if (!('envelope' in answer)) return answer.language === 'SLA' ? formatAddress(answer.brokerIp) : undefined;
  const { brokerIp } = answer.envelope;
  if (brokerIp === undefined) return undefined;
  return brokerIp.port === undefined
    ? brokerIp.host
    : formatAddress({ host: brokerIp.host, port: brokerIp.port });
}
