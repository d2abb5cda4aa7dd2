import type { Header } from '../document.ts';
import type { Party } from '../documents/model.ts';
import { type Cost, orderCosts } from './cost.ts';
import { type Edit, editsOf } from './edits.ts';
import { printAmount } from './estimate.ts';
import type { Explanation } from './explain.ts';
import { Matcher, type Sliced } from './matcher.ts';

/** What a changed Ask brings. */
interface Trial {
  readonly matched: number;
  readonly cheapest: Cost | undefined;
}

/**
 * Suggest lines: one header of the Ask, changed or taken out, with the numbers of the Ask that was changed so and
 * tried. `edited` reads the Ask with an edit, undefined where it cannot be made; at most `most` are tried, one a slice.
 */
export function* suggest(
  matcher: Matcher,
  explanation: Explanation,
  edited: (edit: Edit) => Party | undefined,
  most: number,
): Sliced<Header[]> {
  const { ask, supply } = matcher;
  const headers: Header[] = [];
  const edits = editsOf(ask, explanation).slice(0, most);
  let settled: string | undefined;
  for (const edit of edits) {
    // A header that can be changed need not be taken out.
    if (edit.header === settled) continue;
    const party = edited(edit);
    if (party === undefined) continue;
    const trial = yield* tried(new Matcher(party, supply));
    if (trial.matched <= explanation.matched) continue;
    settled = edit.header;
    const raised = yield* raisedBudget(edit, trial, matcher, explanation.matched, edited);
    headers.push(raised ?? line(edit, trial));
  }
  return headers;
}

/** Where a Budget stands in the way, the one that would do says more than that it can be left out. */
function* raisedBudget(
  { header, instead }: Edit,
  { cheapest }: Trial,
  { ask, supply }: Matcher,
  matched: number,
  edited: (edit: Edit) => Party | undefined,
): Sliced<Header | undefined> {
  const [budget] = ask.budgets;
  const amount = cheapest?.amount;
  if (instead !== undefined || header !== budget?.header || amount?.currency !== budget.currency)
    return undefined;
  const name = header.slice(0, header.indexOf(':'));
  const edit = { header, instead: `${name}: ${printAmount(amount.nano, amount.currency)}` };
  const party = edited(edit);
  if (party === undefined) return undefined;
  const trial = yield* tried(new Matcher(party, supply));
  return trial.matched > matched ? line(edit, trial) : undefined;
}

function* tried(matcher: Matcher): Sliced<Trial> {
  let matched = 0;
  let cheapest: Cost | undefined;
  for (const rows of matcher.matching()) {
    matched += rows.length;
    for (const row of rows) {
      const cost = matcher.cost(row);
      if (cheapest === undefined || orderCosts(cost, cheapest) < 0) cheapest = cost;
    }
    yield;
  }
  return { matched, cheapest };
}

function line({ header, instead }: Edit, { matched, cheapest }: Trial): Header {
  const amount = cheapest?.amount;
  const from = amount === undefined ? '' : ` from ${printAmount(amount.nano, amount.currency)}`;
  const matches = matched === 1 ? '1 match' : `${matched} matches`;
  return { name: 'Suggest', value: `${instead ?? `without ${header}`} -> ${matches}${from}` };
}
