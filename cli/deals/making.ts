import { randomUUID } from 'node:crypto';
import { type DealsClient, dealDocument, refuseDecline } from '../../client/index.ts';
import {
  changedTerms,
  type Document1,
  estimateOf,
  type Header,
  nanoOf,
  nanoText,
} from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { DealView } from '../../protocol/deals/deal.ts';

/** What of the client of deals sends documents. */
export type Sending = Pick<DealsClient, 'send'>;

/** Sends a document of a deal with a new Id. Throws a ServiceFailure `declined` where it is declined. */
export async function said(
  deals: Sending,
  action: string,
  headers: Readonly<Record<string, string>> | readonly Header[],
  signal?: AbortSignal,
): Promise<Document1> {
  const answers = await deals.send(made(action, isList(headers) ? headers : headersOf(headers)), { signal });
  refuseDecline(answers);
  const [answer] = answers;
  if (answer !== undefined) return answer;
  throw new Refusal(failure('unavailable', `the broker answers nothing to ${action}`));
}

/** Headers as they are typed, such as `Walltime: 3 h`, behind those that say what they are about. */
export function changesIn(about: Readonly<Record<string, string>>, typed: readonly string[]): Header[] {
  const changes = typed.map((text) => {
    const [, name, value] = /^([^:\n]+):\s*([^\n]*)$/.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return { name: name.trim(), value: value.trim() };
    throw new Refusal(failure('document-refused', `'${text}' is no header`, "write it as 'Walltime: 3 h'"));
  });
  return [...headersOf(about), ...changes];
}

/**
 * Changes of an agreement with what it comes to then, where that is another Estimate than now and the changes do not say
 * one: both sides are to agree to the same.
 */
export function withEstimate(
  changes: readonly Header[],
  { terms, estimate }: Pick<DealView, 'terms' | 'estimate'>,
): readonly Header[] {
  if (changes.some(({ name }) => name.toLowerCase() === 'estimate')) return changes;
  const { deal } = made('Offer', [{ name: 'In-reply-to', value: 'mine' }, ...changedTerms(terms, changes)]);
  const then = deal === undefined ? undefined : estimateOf(deal);
  const currency = deal?.price?.currency;
  if (then === undefined || currency === undefined) return changes;
  if (estimate !== null && nanoOf(estimate) === then) return changes;
  return [...changes, { name: 'Estimate', value: `${nanoText(then)} ${currency}` }];
}

/** The document that is sent; what was typed and breaks a rule of the language is refused. */
function made(action: string, headers: readonly Header[]): Document1 {
  try {
    return dealDocument(action, randomUUID(), headers);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Refusal(failure('document-refused', error.message), { cause: error });
  }
}

function headersOf(said: Readonly<Record<string, string>>): Header[] {
  return Object.entries(said).map(([name, value]) => ({ name, value }));
}

function isList(headers: object): headers is readonly Header[] {
  return Array.isArray(headers);
}
