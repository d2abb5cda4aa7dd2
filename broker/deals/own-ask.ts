import { changedTerms, type Document1, document1Of, type Header, stringText } from '../../grammar/index.ts';
import type { ReasonWord } from '../../language-door/reply.ts';
import type { DealRow } from './rows.ts';

/** An Ask as it is answered, or why it is not. */
type Own = { readonly ask: Document1 } | { readonly word: ReasonWord; readonly text: string };

/** An Ask with its owner filled in, who speaks. Accounts here are of no Vo. */
export function ownAsk({ headers, party }: Document1, owner: string): Own {
  const said = party?.facts.get('owner')?.values;
  const isOwn = said?.length === 1 && said[0]?.kind === 'string' && said[0].text === owner;
  if (said !== undefined && !isOwn) return { word: 'policy', text: `Owner; you speak for ${owner} here` };
  if (party?.facts.get('vo') !== undefined)
    return { word: 'policy', text: 'Vo; the accounts of this broker are of none' };
  if (party?.limit === 0 && party.count === 1)
    return { word: 'invalid', text: 'Limit; a broker answers by an Offer, or says why not' };
  const others = headers.filter(({ name }) => name !== 'Owner');
  return made([...others, { name: 'Owner', value: stringText(owner) }], 'the Ask');
}

/** The Ask with what a Counter changes of it. The price that a Counter proposes stands beside it. */
export function askAfter({ ask, terms }: DealRow, { headers }: Document1): Own {
  const changes = headers.filter(({ name }) => name !== 'Price');
  const envelope = ask.filter(({ name }) => ofAsk.has(name));
  if (changes.some(({ name }) => name === 'Owner' || name === 'Vo'))
    return { word: 'policy', text: 'Owner, Vo; they are those of your account' };
  return made([...envelope, ...changedTerms(ask, changes)], terms.length === 0 ? 'the Ask' : 'the Offer');
}

/** An Ask of these headers; some are larger or other than a document may be. */
function made(headers: readonly Header[], what: string): Own {
  try {
    return { ask: document1Of(headers) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { word: 'invalid', text: `${what} cannot be so: ${error.message}` };
  }
}

const ofAsk: ReadonlySet<string> = new Set(['SLA-version', 'Action', 'Id']);
