import {
  DocumentReader,
  type Header,
  Matcher,
  partyOf,
  reportOn,
  type Sliced,
  Supply,
} from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import type { Slices } from '../../platform/slices.ts';
import type { Store } from '../../platform/store/store.ts';
import { declinedBy } from './declined.ts';
import type { Asking, OfferMaker } from './making.ts';
import { offering } from './offering.ts';
import { dealDocument, reasonOf } from './replies.ts';
import type { DealShelf } from './shelf.ts';

interface ForetoldParts {
  readonly store: Store;
  readonly shelf: DealShelf;
  readonly maker: OfferMaker;
  readonly slices: Slices;
}

/** How many changes of an Ask are tried at most to say what would help. */
const mostTried = 16;

/**
 * What would be offered for a Why, its Start and Estimate among it, or the Reason why nothing would; and what each clause
 * finds among the nodes that may be offered to who asks. Nothing is held, and nothing kept.
 */
export async function foretold(asking: Asking, parts: ForetoldParts, now: number): Promise<Written> {
  const { store, shelf, maker, slices } = parts;
  const { ask, owner, to } = asking;
  const found = await slices.run(offering(ask, owner, shelf));
  const foreseen = await slices.run(maker.foreseeing(ask, found, now));
  const report = await slices.run(reportOf(asking, shelf));
  const would = await store.read((sql) =>
    termsOrReason(() => maker.termsIn(maker.wouldOffer(sql, asking, foreseen, now), asking)),
  );
  return dealDocument('Because', to, 'reason' in would ? [['Reason', would.reason]] : [], [
    ...report,
    ...('terms' in would ? would.terms : []),
  ]);
}

type Would = { readonly terms: readonly Header[] } | { readonly reason: string };

function termsOrReason(terms: () => readonly Header[]): Would {
  try {
    return { terms: terms() };
  } catch (error) {
    const declined = declinedBy(error);
    if (declined === undefined) throw error;
    return { reason: reasonOf(declined.word, declined.message) };
  }
}

function* reportOf({ ask, owner }: Asking, shelf: DealShelf): Sliced<readonly Header[]> {
  const party = partyOf(ask);
  const supply = new Supply();
  for (const node of shelf.all()) if (shelf.serves(node, owner, party)) supply.add(node.party);
  const snapshot = supply.snapshot();
  try {
    const suggesting = { reader: new DocumentReader(), most: mostTried };
    return yield* reportOn(ask, new Matcher(party, supply), snapshot, suggesting);
  } finally {
    snapshot[Symbol.dispose]();
  }
}
