import type { Document1 } from '../documents/document.ts';
import type { Party } from '../documents/model.ts';

/** What a document says to the other side; one whose Action says nothing to it is the caller's mistake. */
export function partyOf({ action, party }: Pick<Document1, 'action' | 'party'>): Party {
  if (party === undefined) throw new TypeError(`a document of Action ${action} offers and asks for nothing`);
  return party;
}
