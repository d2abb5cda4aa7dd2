import type { Document, Document1 } from '../grammar/index.ts';
import type { Sender } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';

/** What of a document says whether a sender may send it. */
interface Sent {
  readonly action: (Document | Document1)['action'];
  /** There from version 1.0 on, since when documents have owners. */
  readonly envelope?: unknown;
}

/** What somebody may send who may only ask: it is answered at once, and leaves nothing behind. */
const asking: readonly Sent['action'][] = ['Ask', 'Why'];

/** What somebody may send who may only read: a Watch of theirs stands, and changes nothing for others. */
const reading: readonly Sent['action'][] = [...asking, 'Watch', 'Unwatch'];

/**
 * What is said of a deal is judged by who has the deal, and knows who speaks; nobody else understands it. It leaves nothing
 * behind there.
 */
const dealing: readonly Sent['action'][] = [
  ...(['Offer', 'Counter', 'Accept', 'Reject', 'Cancel', 'Agreement', 'Amend'] as const),
  ...(['Terminate', 'Complete', 'Report', 'Bill'] as const),
];

/** Throws a Refusal `not-allowed` where the sender may not send such a document. */
export function checkAllowed(document: Sent, { only, name }: Sender): void {
  if (isAllowed(document, only) || dealing.includes(document.action)) return;
  const { action } = document;
  const next =
    name === undefined
      ? 'send it over HTTPS with a token'
      : 'use a token with the scope resources, which lends machines and tells of them';
  const article = /^[AEIOU]/.test(action) ? 'an' : 'a';
  const may = only === 'telling-ownerless' ? 'ask, and tell in version 0.1,' : 'only ask';
  throw new Refusal(failure('not-allowed', `this is ${article} ${action}, and you may ${may} here`, next));
}

function isAllowed({ action, envelope }: Sent, only: Sender['only']): boolean {
  switch (only) {
    case undefined:
      return true;
    case 'reading':
      return reading.includes(action);
    case 'telling-ownerless':
      return asking.includes(action) || (action === 'Tell' && envelope === undefined);
    case 'asking':
      return asking.includes(action);
  }
}
