import { quoted } from '../diagnostics.ts';
import { labelOf } from '../documents/label.ts';
import { nearest } from '../near.ts';
import { names } from '../vocabulary/names.ts';
import type { Check } from './finding.ts';

/** A name that is nearly a standard one was likely meant to be it, unless that one stands there too. */
export const checkNearNames: Check = ({ headers }) => {
  const labels = headers.map(({ name }) => labelOf(name));
  const said = new Set(labels.map(({ spelled }) => spelled));
  const unsaid = names.map(({ name }) => name).filter((name) => !said.has(name));
  return labels.flatMap(({ row, name, spelled }, header) => {
    const meant = row === undefined ? nearest(spelled, unsaid.filter(sharesAnEnd(name))) : undefined;
    if (meant === undefined) return [];
    const message = `${quoted(spelled)} is no standard name, and is taken for a fact or test of its own; did you mean ${meant}?`;
    return [{ code: 'near-name', message, header, isName: true }];
  });
};

/** Hardly a slip changes both ends of a word, and most names are told apart by them at once. */
function sharesAnEnd(name: string): (candidate: string) => boolean {
  const [first, last] = [name.at(0), name.at(-1)];
  return (candidate) => candidate.at(0)?.toLowerCase() === first || candidate.at(-1)?.toLowerCase() === last;
}
