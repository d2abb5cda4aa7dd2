import type { Document1 } from '../documents/document.ts';
import { rowOf } from '../vocabulary/names.ts';
import { sentence } from './lists.ts';
import { headerValue } from './said.ts';

/** What the headers of an answer say, before their value. */
const parts: Readonly<Record<string, string>> = {
  Matched: 'matches',
  Reason: 'the reason is',
  Clause: 'of the clause',
  'Refused-by': 'refused by',
  Ignored: 'left out was',
  Note: 'note',
  Suggest: 'this would help',
  Expires: 'it counts for',
};

/** What a document says that neither offers nor asks. */
export function answerSentences(document: Document1): string[] {
  const id = headerValue(document, 'Id') ?? 'without an Id';
  const to = headerValue(document, 'In-reply-to');
  const about = to === undefined ? 'what was sent' : to;
  const opening: Partial<Record<Document1['action'], string>> = {
    Untell: `takes back the Tell ${id}`,
    // That of a user asks, and is told as an Ask.
    Watch: `waits for Asks that match what is told with the Broker-IP ${headerValue(document, 'Broker-IP')}`,
    Unwatch: `ends the Watch ${id}`,
    Ack: `takes note of ${about}`,
    Decline: `declines ${about}`,
    Because: `says why ${about} has the matches that it has`,
  };
  const said = document.headers.flatMap(({ name, value }) => {
    const words = parts[rowOf(name)?.name ?? ''];
    return words === undefined || value === '' ? [] : [`${words}: ${value}`];
  });
  return [opening[document.action] ?? document.action, ...said].map(sentence);
}
