import type { Clause, Party } from '../documents/model.ts';
import { rowOf } from '../vocabulary/names.ts';

import { printAmount } from './estimate.ts';
import type { Explained, Explanation } from './explain.ts';
import { spanOf } from './nearest.ts';
import type { Raises } from './raises.ts';
import type { Refusals } from './refusals.ts';

/** One header of an Ask in canonical text, changed or taken out. */
export interface Edit {
  readonly header: string;
  readonly instead: string | undefined;
}

/**
 * Changes of the Ask by which its Count may be carried, or a Tell match that one header alone keeps from it. Each has yet
 * to be tried.
 */
export function editsOf(ask: Party, { carried, clauses, demands }: Explanation): Edit[] {
  return [
    ...countEdits(ask, carried),
    ...clauses.filter(({ tally }) => tally.alone > 0).flatMap((explained) => clauseEdits(ask, explained)),
    ...demands.refusals.flatMap((refusals) => factEdits(ask, refusals)),
  ];
}

/** As many slots as there are. How the Ask spells its Count is not known, and a spelling that it has not is no edit. */
function countEdits({ count }: Party, carried: number): Edit[] {
  if (carried === 0 || carried === count) return [];
  return ['Count', 'Count?'].map((name) => ({ header: `${name}: ${count}`, instead: `${name}: ${carried}` }));
}

function clauseEdits(ask: Party, { clause, opening, raises }: Explained): Edit[] {
  const { header } = clause;
  if (clause.kind === 'budgets') return budgetEdits(ask, raises);
  const changed = opening.text === undefined ? [] : changedTo(ask, clause, opening.text);
  return [...changed.map((instead) => ({ header, instead })), { header, instead: undefined }];
}

/** Each Budget raised. One alone can be taken out too, while without one of several a Tell of its currency matches less. */
function budgetEdits({ budgets }: Party, raises: Raises): Edit[] {
  const raised = budgets.flatMap((budget) => {
    const { header, currency } = budget;
    const name = header.slice(0, header.indexOf(':'));
    return raises.of(budget).map((nano) => ({ header, instead: `${name}: ${printAmount(nano, currency)}` }));
  });
  const [first, ...others] = budgets;
  return others.length > 0 || first === undefined
    ? raised
    : [...raised, { header: first.header, instead: undefined }];
}

/** The header with the nearest value in the place of its own. */
function changedTo(ask: Party, { kind, index, header }: Clause, near: string): string[] {
  const colon = header.indexOf(': ') + 2;
  const [name, text] = [header.slice(0, colon), header.slice(colon)];
  const [low = '', high = ''] = text.split('..');
  if (kind === 'need') {
    if (text.includes('..')) return [`${name}${near}..${high}`];
    return [`${name}${/^[=>]= /.exec(text)?.[0] ?? ''}${near}`];
  }
  const test = ask.tests[index]?.test;
  if (test?.kind === 'range') return [`${name}${near}..${high}`, `${name}${low}..${near}`];
  if (test?.kind === 'has') return [`${name}has ${near}`];
  if (test?.kind !== 'compare') return [];
  if (test.operator === '=') return [name + near];
  return [`${name}${/^[<>]/.exec(test.operator)?.[0] ?? '='}= ${near}`];
}

/** What the Ask says of itself, changed to what a Tell's own test takes. */
function factEdits(ask: Party, { name, spelled, opening, openingTest }: Refusals): Edit[] {
  const fact = ask.facts.get(name);
  const span = openingTest && spanOf(openingTest);
  const isSaid = !ask.needs.some((need) => need.name === name) && fact?.values.length === 1;
  if (fact === undefined || span === undefined || opening.text === undefined || span.isOpen || !isSaid)
    return [];
  const label = rowOf(name)?.about === 'asker' ? spelled : `My.${spelled}`;
  const ends = [span.to, span.from].filter((end) => end !== undefined);
  return ends.map(({ text }) => ({ header: `${label}: ${fact.text}`, instead: `${label}: ${text}` }));
}
