import type { Document1 } from '../documents/document.ts';
import { isAboutSpeaker, labelOf } from '../documents/label.ts';
import { membersOf } from '../values/fact.ts';
import type { Subject } from '../vocabulary/row.ts';
import { nounOf } from './nouns.ts';
import { plainText } from './values.ts';

/** A fact of who speaks, as it stands in the document. */
export interface Said {
  /** In small letters. */
  readonly name: string;
  readonly spelled: string;
  readonly text: string;
}

/** What the speaker says of himself, in the document's order, each name once. */
export function saidOf({ headers, party }: Document1): Said[] {
  const speaker: Subject = party?.action === 'Tell' ? 'teller' : 'asker';
  const said = new Map<string, Said>();
  for (const { name: written, value } of headers) {
    const label = labelOf(written);
    const kind = label.row?.kind ?? 'clause';
    if ((kind !== 'clause' && kind !== 'amount') || !isAboutSpeaker(label, speaker)) continue;
    const { name, spelled } = label;
    const before = said.get(name);
    const text = membersOf(value)
      .map((member) => plainText(member.trim()))
      .join(', ');
    said.set(name, { name, spelled, text: before === undefined ? text : `${before.text}, ${text}` });
  }
  return [...said.values()];
}

/** Facts as a part of a sentence: 'says of itself: region eu-north; load 3'. */
export function ofItself(said: readonly Said[]): string[] {
  if (said.length === 0) return [];
  return [`says of itself: ${said.map(({ spelled, text }) => `${nounOf(spelled)} ${text}`).join('; ')}`];
}

/** The value of a header of the document, such as `Expires`. */
export function headerValue({ headers }: Document1, name: string): string | undefined {
  return headers.find((header) => labelOf(header.name).row?.name === name)?.value;
}
