import {
  type AnyDocument,
  DocumentClient,
  refuseDecline,
  ServiceFailure,
  whyWaits,
} from '../../client/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { becauseOfWatch } from '../../protocol/why/because.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import type { WhyView } from '../../protocol/why/view.ts';
import { serviceAt } from '../services.ts';
import { documentOf } from '../sla/rewritten.ts';
import type { Context } from './context.ts';

/** What an id may be: that of a document, or of a job or task. */
const looksLikeId = /^[\x21-\x7e]{1,128}$/;

/** Why what has an id waits: a job, a task, an offer or an agreement of the broker, or else a Watch of the market. */
export async function printWhyOf(context: Context, id: string): Promise<void> {
  const { out, json } = context;
  const view = (await ofBroker(context, id)) ?? (await ofMarket(context, id));
  if (view === undefined) {
    const detail = `there is no file ${id}, and you have no job, task, offer, agreement or Watch of this id`;
    throw new Refusal(
      failure('not-found', detail, 'see ogm job list, ogm offer list and ogm agreement list'),
    );
  }
  if (json) out.print(JSON.stringify(view));
  else for (const cause of view.causes) printCause(context, cause);
}

/** A cause for people: what it is, and what to do. */
export function printCause({ out }: Pick<Context, 'out'>, { cause, next }: Cause): void {
  out.print(out.paint('bold', cause));
  out.print(`next: ${next}`);
}

function ofBroker(context: Context, id: string): Promise<WhyView | undefined> {
  if (!looksLikeId.test(id)) return Promise.resolve(undefined);
  return orNothing(whyWaits(serviceAt(context, 'broker'), id));
}

async function ofMarket(context: Context, id: string): Promise<WhyView | undefined> {
  if (!looksLikeId.test(id)) return undefined;
  const why = documentOf([
    { name: 'SLA-version', value: '1.0' },
    { name: 'Action', value: 'Why' },
    { name: 'In-reply-to', value: id },
  ]);
  const answers = await new DocumentClient(serviceAt(context, 'market'), '/market').send(why);
  if (answers.some(isNotThere)) return undefined;
  refuseDecline(answers);
  const headers = answers.flatMap((answer) => answer.headers);
  return { id, of: 'Watch', state: 'stands', causes: [becauseOfWatch(id, headers)] };
}

function isNotThere({ action, headers }: AnyDocument): boolean {
  return (
    action === 'Decline' &&
    headers.some(({ name, value }) => name === 'Reason' && value.startsWith('not-found'))
  );
}

async function orNothing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ServiceFailure && error.code === 'not-found') return undefined;
    throw error;
  }
}
