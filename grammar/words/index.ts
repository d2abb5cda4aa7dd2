import { besideDeal, namedDeal } from '../deals/named.ts';
import type { Document } from '../document.ts';
import type { Action1, Document1 } from '../documents/document.ts';
import { answerSentences } from './answers.ts';
import { askSentences } from './ask.ts';
import { dealSentences } from './deal.ts';
import { oldSentences } from './old.ts';
import { tellSentences } from './tell.ts';

/** What a document says, in sentences. */
export function inWords(document: Document | Document1): string[] {
  if (!('envelope' in document)) return oldSentences(document);
  const { action, deal, party } = document;
  if (deal !== undefined) return dealSentences(document, deal);
  if (party === undefined) return answerSentences(document);
  if (party.action === 'Tell') return tellSentences(document, party);
  if (action === 'Ask') return askSentences(document, party);
  const named = besideDeal(document) === undefined ? namedDeal(document) : undefined;
  if (named !== undefined) return [ofDeal(action, named)];
  return [...askedFor(document), ...askSentences(document, party)];
}

function ofDeal(action: Action1, id: string): string {
  return action === 'Why'
    ? `Asks why the deal ${id} stands as it does.`
    : `Follows the deal ${id}, and is told of all that happens to it.`;
}

/** What a Why, or the Watch of a user, is for. */
function askedFor(document: Document1): string[] {
  if (document.action === 'Why') return ['Asks why it has the matches that it has.'];
  if (document.language !== 'SLA' || besideDeal(document) !== undefined)
    return ['Waits for matches, and is told as they come and go.'];
  return [
    'Sent to a broker, follows all deals of its sender.',
    'Sent to a market, waits for matches, and is told as they come and go.',
  ];
}
