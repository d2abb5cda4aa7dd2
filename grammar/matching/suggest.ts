import type { Header } from '../document.ts';
import type { Party } from '../documents/model.ts';
import { type Cost, orderCosts } from './cost.ts';
import { type Edit, editsOf } from './edits.ts';
import { effortASlice } from './effort.ts';
import { printAmount } from './estimate.ts';
import type { Explanation } from './explain.ts';
import { Matcher } from './matcher.ts';
import { atSnapshot, type Sliced } from './sliced.ts';
import type { Snapshot } from './versions.ts';

/** What a changed Ask brings. */
interface Trial {
  /** Whether it is answered by Tells: with Count only where they carry it. */
  readonly isAnswered: boolean;
  readonly matched: number;
  readonly cheapest: Cost | undefined;
}

/**
 * Suggest lines: one header of the Ask, changed or taken out, with the numbers of the Ask that was changed so and
 * tried. `edited` reads the Ask with an edit, undefined where it cannot be made; at most `most` are tried. It is told
 * the snapshot of the explanation, where that was of one.
 */
export function suggest(
  matcher: Matcher,
  explanation: Explanation,
  edited: (edit: Edit) => Party | undefined,
  most: number,
  snapshot?: Snapshot,
): Sliced<Header[]> {
  const { ask, supply } = matcher;
  return atSnapshot(supply, snapshot, (at) => {
    const trial = (party: Party) => tried(new Matcher(party, supply), at);
    return suggested(ask, explanation, edited, most, trial);
  });
}

function* suggested(
  ask: Party,
  explanation: Explanation,
  edited: (edit: Edit) => Party | undefined,
  most: number,
  tryOut: (party: Party) => Sliced<Trial>,
): Sliced<Header[]> {
  const headers: Header[] = [];
  const edits = editsOf(ask, explanation).slice(0, most);
  let settled: string | undefined;
  for (const edit of edits) {
    // A header that can be changed need not be taken out.
    if (edit.header === settled) continue;
    const party = edited(edit);
    if (party === undefined) continue;
    const trial = yield* tryOut(party);
    const isMore = trial.matched > explanation.matched || explanation.carried < ask.count;
    if (!trial.isAnswered || !isMore) continue;
    settled = edit.header;
    headers.push(line(edit, trial));
  }
  return headers;
}

function* tried(matcher: Matcher, snapshot: Snapshot): Sliced<Trial> {
  let [matched, carried] = [0, 0];
  let cheapest: Cost | undefined;
  let first = Number.POSITIVE_INFINITY;
  for (const found of matcher.matching(snapshot)) {
    const rows = found.slice(); // which stay as they are over several slices
    matched += rows.length;
    carried = matcher.carried(rows, carried);
    let until = matcher.costing + effortASlice;
    for (const row of rows) {
      if (matcher.costing >= until) {
        yield;
        until = matcher.costing + effortASlice;
      }
      const cost = matcher.cost(row);
      const told = matcher.supply.toldOf(row);
      const order = cheapest === undefined ? -1 : orderCosts(cost, cheapest);
      // Of those that cost alike it is the one told first, whatever the table's order.
      if (order > 0 || (order === 0 && told > first)) continue;
      cheapest = cost;
      first = told;
    }
    yield;
  }
  return { isAnswered: carried === matcher.ask.count, matched, cheapest };
}

function line({ header, instead }: Edit, { matched, cheapest }: Trial): Header {
  const amount = cheapest?.amount;
  const from = amount === undefined ? '' : ` from ${printAmount(amount.nano, amount.currency)}`;
  const matches = matched === 1 ? '1 match' : `${matched} matches`;
  return { name: 'Suggest', value: `${instead ?? `without ${header}`} -> ${matches}${from}` };
}
