import type { Language } from '../document.ts';
import type { Subject } from '../vocabulary/row.ts';
import type { Action1 } from './document.ts';

/** Whose side an action takes, and what it cannot do without. */
interface ActionRow {
  /** Absent where the document says nothing about the one or the other. */
  readonly speaker: Subject | undefined;
  readonly needs: Readonly<Record<Language, readonly string[]>>;
}

const nothing = { SLA: [], RESOURCE: [] };
const id = { SLA: ['Id'], RESOURCE: ['Id'] };

/** Section 8 of the language. */
export const actions: Readonly<Record<Action1, ActionRow>> = {
  Tell: { speaker: 'teller', needs: { SLA: ['Id', 'Broker-IP'], RESOURCE: ['Id', 'Host'] } },
  Untell: { speaker: undefined, needs: id },
  Ask: { speaker: 'asker', needs: nothing },
  Why: { speaker: 'asker', needs: nothing },
  Watch: { speaker: 'asker', needs: id },
  Unwatch: { speaker: undefined, needs: id },
  Ack: { speaker: undefined, needs: nothing },
  Because: { speaker: undefined, needs: nothing },
  Decline: { speaker: undefined, needs: nothing },
};

/** The header by which a Watch is of one who tells, whose Tells say what is watched for; without it it is a user's. */
export const tellersWatch: Readonly<Record<Language, { readonly by: string; readonly whose: string }>> = {
  SLA: { by: 'Broker-IP', whose: "a broker's" },
  RESOURCE: { by: 'Host', whose: "a node's" },
};

export const actionNames = Object.keys(actions) as readonly Action1[];

/** Section 10 of the language, which is not spoken yet. */
export const dealActions: readonly string[] = [
  'Offer',
  'Counter',
  'Accept',
  'Reject',
  'Agreement',
  'Amend',
  'Cancel',
  'Terminate',
  'Complete',
  'Report',
  'Bill',
];

export function isAction(text: string): text is Action1 {
  return Object.hasOwn(actions, text);
}
