import { type ReasonWord, reasonWords } from '../decline-words.ts';
import { requestSituations } from './requests.ts';
import type { Cause } from './situation.ts';
import { because } from './situations.ts';

/** Why something was declined, by the word of its Reason and the text after that. */
export function becauseDeclined(word: ReasonWord, text: string): Cause {
  return because(`declined-${word}`, { text });
}

/** Why a request was refused, by its code; undefined of a code by which nothing waits: what was sent is to be mended. */
export function becauseRefused({
  code,
  detail,
}: {
  readonly code: string;
  readonly detail: string;
}): Cause | undefined {
  const situation = `refused-${code}`;
  return isOfRequests(situation) ? because(situation, { text: detail }) : undefined;
}

function isOfRequests(situation: string): situation is keyof typeof requestSituations {
  return Object.hasOwn(requestSituations, situation);
}

/** The same of a Reason as a Decline says it; one that begins with another word than the language has counts as policy. */
export function becauseReason(reason: string): Cause {
  const [, first = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(reason) ?? [];
  const word = reasonWords.find((one) => one === first);
  return word === undefined ? becauseDeclined('policy', reason) : becauseDeclined(word, rest);
}
