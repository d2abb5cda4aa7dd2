import type { Document, Document1 } from '../grammar/index.ts';
import type { Sender } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';

type AnyAction = (Document | Document1)['action'];

/** What somebody may send who may only ask: it is answered at once, and leaves nothing behind. */
const asking: readonly AnyAction[] = ['Ask', 'Why'];

/** What somebody may send who may only read: a Watch of theirs stands, and changes nothing for others. */
const reading: readonly AnyAction[] = [...asking, 'Watch', 'Unwatch'];

/** Throws a Refusal `not-allowed` where the sender may not send such a document. */
export function checkAllowed({ action }: { readonly action: AnyAction }, { only, name }: Sender): void {
  if (only === undefined || (only === 'asking' ? asking : reading).includes(action)) return;
  const next =
    name === undefined
      ? 'send it over HTTPS with a token'
      : 'use a token with the scope resources, which lends machines and tells of them';
  throw new Refusal(
    failure(
      'not-allowed',
      `this is ${/^[AEIOU]/.test(action) ? 'an' : 'a'} ${action}, and you may only ask here`,
      next,
    ),
  );
}
