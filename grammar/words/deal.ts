import type { Document1 } from '../documents/document.ts';
import type { Deal } from '../documents/model.ts';
import { dealRowOf } from '../vocabulary/deals.ts';
import { rowOf } from '../vocabulary/names.ts';
import { listed, sentence } from './lists.ts';
import { amountOf, nounOf } from './nouns.ts';
import { headerValue } from './said.ts';
import { plainText } from './values.ts';

/** What a document of a deal says, in sentences. */
export function dealSentences(document: Document1, deal: Deal): string[] {
  return [openingOf(document, deal), ...termsOf(document), ...timesOf(document), ...moneyOf(document)].map(
    sentence,
  );
}

function openingOf(document: Document1, { offer, agreement, state, isFinal }: Deal): string {
  const id = headerValue(document, 'Id') ?? '';
  const to = headerValue(document, 'In-reply-to');
  const what = agreement === undefined ? `the Offer ${offer}` : `the Agreement ${agreement}`;
  const because = headerValue(document, 'Reason');
  const why = because === undefined ? '' : `, for the reason: ${because}`;
  switch (document.action) {
    case 'Offer':
      return `offers, in answer to ${to}, what is called ${id}`;
    case 'Counter':
      return `asks for ${offer === undefined ? `another answer to ${to}` : `something else than ${what}`}`;
    case 'Agreement':
      return `agrees to the Offer ${offer}: the Agreement is called ${id}, and is ${state}`;
    case 'Amend':
      return `would change ${what}`;
    case 'Report':
      return `says how ${what} stands${state === undefined ? '' : `: it is ${state}`}`;
    case 'Bill':
      return `says what is owed for ${what}`;
    case 'Cancel':
      return `withdraws ${what}${why}`;
    case 'Terminate':
      return `ends ${what}${why}`;
    default:
      return `${document.action.toLowerCase()}s ${what}${isFinal ? ', and no other Ask would help' : ''}${why}`;
  }
}

/** What is agreed, but for times and money. */
function termsOf({ headers }: Document1): string[] {
  const terms = headers.flatMap(({ name, value }) => {
    const row = rowOf(name);
    if (row?.kind === 'amount') return [amountOf(name, value)];
    if (row?.name === 'Count') return [`${value} slots at once`];
    const isFact = row === undefined ? dealRowOf(name) === undefined : row.kind === 'clause';
    return isFact ? [`${nounOf(name)} ${plainText(value)}`] : [];
  });
  return terms.length === 0 ? [] : [`has ${listed(terms, 'and')}`];
}

function timesOf(document: Document1): string[] {
  const said = [
    ['Start', 'starts at'],
    ['Deadline', 'all tasks have ended by'],
    ['Until', 'it ends by itself at'],
    ['Expires', 'it counts for'],
  ].flatMap(([name = '', words]) => {
    const value = headerValue(document, name) ?? dealValue(document, name);
    return value === undefined ? [] : [`${words} ${value}`];
  });
  return said;
}

function moneyOf(document: Document1): string[] {
  const price = headerValue(document, 'Price');
  const said = price === undefined ? [] : [`costs ${price}`];
  const estimate = dealValue(document, 'Estimate');
  if (estimate !== undefined) said.push(`never costs more than ${estimate} in all`);
  const lines = document.headers.filter(({ name }) => name === 'Line').map(({ value }) => value);
  if (lines.length > 0) said.push(`charges ${listed(lines, 'and')}`);
  const total = dealValue(document, 'Total');
  if (total !== undefined) said.push(`that is ${total} in all`);
  return said;
}

/** The value of a header that only documents of a deal know. */
function dealValue({ headers }: Document1, name: string): string | undefined {
  return headers.find((header) => header.name === name)?.value;
}
