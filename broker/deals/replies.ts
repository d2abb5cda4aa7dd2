import { type Action1, document1Of, durationText, type Header } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import type { DealState } from '../../protocol/deals/states.ts';
import type { ReasonWord } from '../../protocol/decline-words.ts';
import type { DealRow } from './rows.ts';

/** The longest text of a Reason, in characters. */
const reasonLength = 1_000;

/** What of a deal an answer names. */
interface About {
  /** Its own Id. */
  readonly id?: string | undefined;
  readonly offer?: string | undefined;
  readonly agreement?: string | null | undefined;
  readonly state?: DealState | undefined;
  /** Whether no other Ask would help. */
  readonly isFinal?: boolean | undefined;
}

/** A document of the broker, in answer to another of an Id, or of its own accord. */
export function dealDocument(
  action: Action1,
  to: string | undefined,
  headers: readonly (readonly [name: string, value: string | undefined])[],
  terms: readonly Header[] = [],
): Written {
  const said = headers.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  const { headers: canonical } = document1Of([
    { name: 'SLA-version', value: '1.0' },
    { name: 'Action', value: action },
    ...(to === undefined ? [] : [{ name: 'In-reply-to', value: to }]),
    ...said,
    ...terms,
  ]);
  return { headers: canonical };
}

/** Says no, and why. */
export function declines(
  to: string | undefined,
  word: ReasonWord,
  text: string,
  { id, offer, agreement, state, isFinal }: About = {},
): Written {
  return dealDocument('Decline', to, [
    ['Id', id],
    ['Reason', reasonOf(word, text)],
    ['Offer', offer],
    ['Agreement', agreement ?? undefined],
    ['State', state],
    ['Final', isFinal ? 'true' : undefined],
  ]);
}

/** The word of a Reason, then text for people, in one line. */
export function reasonOf(word: string, text: string): string {
  return `${word} ${text}`
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, reasonLength)
    .trim();
}

/** That it is done, and how the deal stands now. */
export function acknowledges(to: string, { offer, agreement, state }: DealRow): Written {
  return dealDocument('Ack', to, [
    ['Offer', agreement === null ? offer : undefined],
    ['Agreement', agreement ?? undefined],
    ['State', state],
  ]);
}

export function offerOf(
  { offer, tell, terms }: Pick<DealRow, 'offer' | 'tell' | 'terms'>,
  to: string,
  lifeMs: number,
): Written {
  return dealDocument(
    'Offer',
    to,
    [
      ['Id', offer],
      ['Expires', durationText(lifeMs)],
      ['Tell', tell ?? undefined],
    ],
    terms,
  );
}

/** How an agreement stands, with its terms. */
export function agreementOf(
  {
    offer,
    agreement,
    state,
    untilAt,
    terms,
  }: Pick<DealRow, 'offer' | 'agreement' | 'state' | 'untilAt' | 'terms'>,
  to: string,
): Written {
  return dealDocument(
    'Agreement',
    to,
    [
      ['Id', agreement ?? undefined],
      ['Offer', offer],
      ['State', state],
      ['Until', untilAt === null ? undefined : momentText(untilAt)],
    ],
    terms,
  );
}

/** A moment as documents say it. */
export function momentText(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z').replace(':00Z', 'Z');
}
