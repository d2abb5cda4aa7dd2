import type { ReasonWord } from '../../language-door/reply.ts';
import { Refusal } from '../../platform/failure.ts';
import type { DealState } from '../../protocol/deals/states.ts';

/** What of a deal a Decline says beside its Reason. */
export interface DeclinedAbout {
  readonly state?: DealState | undefined;
  /** Whether no other Ask would help. */
  readonly isFinal?: boolean | undefined;
}

/** A move that is declined: thrown within a verb of the store, so that nothing is left of what the verb had begun. */
export class Declined extends Error {
  override readonly name = 'Declined';
  readonly word: ReasonWord;
  readonly about: DeclinedAbout;

  constructor(word: ReasonWord, text: string, about: DeclinedAbout = {}) {
    super(text);
    this.word = word;
    this.about = about;
  }
}

const words: Readonly<Record<string, ReasonWord>> = {
  'no-funds': 'funds',
  'no-currency': 'price',
  'too-much-money': 'funds',
  'no-capacity': 'capacity',
  'not-found': 'not-found',
  'not-allowed': 'policy',
};

/** The same of what the bank or the nodes have refused; nothing where it is no answer to a move. */
export function declinedBy(error: unknown): Declined | undefined {
  if (error instanceof Declined) return error;
  const word = error instanceof Refusal ? words[error.code] : undefined;
  return word === undefined ? undefined : new Declined(word, (error as Refusal).detail);
}
