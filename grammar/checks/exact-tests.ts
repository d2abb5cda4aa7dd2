import type { Test } from '../tests/test.ts';
import { rowOf } from '../vocabulary/names.ts';
import { type Check, testsOf } from './finding.ts';

/** What is measured is rarely wanted to be exactly so: a plain value there looks like a fact about the other side. */
export const checkExactTests: Check = (document) => {
  const [you, other] = document.party?.action === 'Tell' ? ['the asker', 'an Ask'] : ['the teller', 'a Tell'];
  return testsOf(document).flatMap(({ test: { name, spelled, test }, header }) => {
    if (!isPlainMeasure(test) || rowOf(name)?.kind === 'term') return [];
    const message = `${spelled} is about ${you}, so this wants ${other} with exactly ${test.text}; at most is '<= ${test.text}', at least '>= ${test.text}', and '== ${test.text}' says exactly`;
    return [{ code: 'exact-test', message, header }];
  });
};

function isPlainMeasure(test: Test): test is Test & { readonly text: string } {
  const isPlain = test.kind === 'compare' && test.operator === '=';
  return isPlain && (test.value.kind === 'number' || test.value.kind === 'quantity');
}
