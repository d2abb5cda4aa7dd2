import type { Document } from '../document.ts';
import type { Document1 } from '../documents/document.ts';
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
  const sentences = askSentences(document, party);
  if (action === 'Why') return ['Asks why it has the matches that it has.', ...sentences];
  if (action === 'Watch') return ['Waits for matches, and is told as they come and go.', ...sentences];
  return sentences;
}
