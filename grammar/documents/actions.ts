import type { Language } from '../document.ts';
import type { Speaker } from '../vocabulary/row.ts';
import type { Action1 } from './document.ts';

/** Whose side an action takes, and what it cannot do without. */
interface ActionRow {
  /** Absent where the document says nothing about the one or the other. */
  readonly speaker: Speaker | undefined;
  /** Absent where it is not of that language. */
  readonly needs: Readonly<Partial<Record<Language, readonly Needed[]>>>;
}

/** A header, or several of which one is enough. */
type Needed = string | readonly string[];

const nothing = { SLA: [], RESOURCE: [] };
const id = { SLA: ['Id'], RESOURCE: ['Id'] };

/** A document of a deal: what it needs beside its Id. */
function deal(...needs: readonly Needed[]): ActionRow {
  return { speaker: 'deal', needs: { SLA: ['Id', ...needs] } };
}

const either = ['Offer', 'Agreement'];

/** Sections 8 and 10 of the language. */
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
  Offer: deal('In-reply-to'),
  // One that answers a Decline has no Offer to name.
  Counter: deal(['Offer', 'In-reply-to']),
  Accept: deal(either),
  Reject: deal(either),
  Cancel: deal('Offer'),
  Agreement: deal('Offer', 'State'),
  Amend: deal('Agreement'),
  Terminate: deal('Agreement', 'Reason'),
  Complete: deal('Agreement'),
  Report: deal(either),
  Bill: deal('Agreement'),
};

/** The header by which a Watch is of one who tells, whose Tells say what is watched for; without it it is a user's. */
export const tellersWatch: Readonly<Record<Language, { readonly by: string; readonly whose: string }>> = {
  SLA: { by: 'Broker-IP', whose: "a broker's" },
  RESOURCE: { by: 'Host', whose: "a node's" },
};

export const actionNames = Object.keys(actions) as readonly Action1[];

export function isAction(text: string): text is Action1 {
  return Object.hasOwn(actions, text);
}
