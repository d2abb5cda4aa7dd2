import type { Clause, Party } from '../documents/model.ts';
import { rowOf } from '../vocabulary/names.ts';

import type { Explained, Explanation } from './explain.ts';
import { spanOf } from './nearest.ts';
import type { Refusals } from './refusals.ts';

/** One header of an Ask in canonical text, changed or taken out. */
export interface Edit {
  readonly header: string;
  readonly instead: string | undefined;
}

/** Changes of the Ask by which a Tell may match that one header alone keeps from it. Each has yet to be tried. */
export function editsOf(ask: Party, { clauses, demands }: Explanation): Edit[] {
  return [
    ...clauses.filter(({ tally }) => tally.alone > 0).flatMap((explained) => clauseEdits(ask, explained)),
    ...demands.refusals.flatMap((refusals) => factEdits(ask, refusals)),
  ];
}

function clauseEdits(ask: Party, { clause, opening }: Explained): Edit[] {
  const { header } = clause;
  // Of several Budgets none can go alone: a Tell of its currency would match even less.
  if (clause.kind === 'budgets' && ask.budgets.length > 1) return [];
  const changed = opening.text === undefined ? [] : changedTo(ask, clause, opening.text);
  return [...changed.map((instead) => ({ header, instead })), { header, instead: undefined }];
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
