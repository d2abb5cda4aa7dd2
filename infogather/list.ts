import type { NodePage } from '../protocol/nodes.ts';
import type { Registered } from './answer.ts';
import type { Book } from './book.ts';
import { entriesOf, type Known } from './entry.ts';
import type { InfogatherSettings } from './settings.ts';

/** Which registrations are listed, and from after which place on. */
export interface ListQuery {
  readonly application?: string | undefined;
  readonly after?: number | undefined;
}

/** A page of what is registered, as it is at `now`; `knownOf` says what is known of the node of each. */
export function listPage(
  book: Book,
  { application, after }: ListQuery,
  { 'nodes-a-page': most, 'page-bytes': mostBytes }: Pick<InfogatherSettings, 'nodes-a-page' | 'page-bytes'>,
  knownOf: (one: Registered) => Known,
  now: number,
): NodePage {
  const nodes: NodePage['nodes'] = [];
  let bytes = 0;
  for (const one of book.listed(application, after)) {
    for (const entry of entriesOf(one, knownOf(one), now)) {
      if (application !== undefined && entry.application !== application) continue;
      nodes.push(entry);
      bytes += one.bytes;
    }
    // One that offers several applications stands on one page with all of them.
    if (nodes.length >= most || bytes >= mostBytes) return { nodes, next: String(one.place) };
  }
  return { nodes, next: null };
}
