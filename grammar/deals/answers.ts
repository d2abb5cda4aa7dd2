import { document1Of } from '../answering/make.ts';
import { partyOf } from '../answering/party.ts';
import type { Header } from '../document.ts';
import type { Document1 } from '../documents/document.ts';
import type { Party } from '../documents/model.ts';
import { becauseHeaders, explain, finish, Matcher, Supply } from '../matching/index.ts';
import { aboutDeal } from '../vocabulary/deals.ts';
import { rowOf } from '../vocabulary/names.ts';

/**
 * Whether an Offer answers an Ask: every test, need, Requires and Budget of it is TRUE of the Offer's terms. What does not
 * hold is said in lines of a Because; there are none where all does.
 */
export function unanswered(ask: Party, offer: Pick<Document1, 'headers'>): readonly Header[] {
  const supply = new Supply();
  const row = supply.add(partyOf(asTell(offer, ask)));
  const matcher = new Matcher(ask, supply);
  if (matcher.matches(row)) return [];
  return becauseHeaders(matcher, finish(explain(matcher))).filter(({ name }) => name !== 'Matched');
}

/** The line of the first clause that does not hold, of such lines; where each holds by itself, of the first. */
export function brokenIn(lines: readonly Header[]): Header | undefined {
  const clauses = lines.filter(({ name, value }) => name === 'Clause' && !value.includes(' -> 1 yes'));
  return clauses[0] ?? lines[0];
}

/** The same terms as somebody tells them: what they say of the asker is no test, and what is promised is understood. */
export function asTell({ headers }: Pick<Document1, 'headers'>, { count }: Party): Document1 {
  const told = headers.filter(({ name }) => {
    const row = rowOf(name);
    return row === undefined ? !ofDeals.has(name) : isTold.has(row.name) || row.about === 'teller';
  });
  return document1Of([
    { name: 'SLA-version', value: '1.0' },
    { name: 'Action', value: 'Tell' },
    { name: 'Id', value: 'offer' },
    { name: 'Broker-IP', value: '127.0.0.1:7685' },
    { name: 'Understands', value: 'time, guarantee' },
    ...told,
    ...(count > 1 && !told.some(({ name }) => rowOf(name)?.name === 'Slots')
      ? [{ name: 'Slots', value: String(count) }]
      : []),
  ]);
}

const isTold: ReadonlySet<string> = new Set(['Price']);

/** Names that mean something else in a Tell. */
const ofDeals: ReadonlySet<string> = new Set(aboutDeal.map(({ name }) => name));
