import type { PartyTest } from '../documents/model.ts';
import { PlainTest } from '../documents/plain-test.ts';
import type { Test } from '../tests/test.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { Check, Finding } from './finding.ts';

/** What is measured is rarely wanted to be exactly so: a plain value there looks like a fact about the other side. */
export const checkExactTests: Check = ({ party }, tests) => {
  const findings: Finding[] = [];
  for (let index = 0; index < tests.all.length; index += 1) {
    const one = tests.all[index] as PartyTest;
    if (one instanceof PlainTest) continue; // which is none
    const { name, spelled, test } = one;
    if (!isPlainMeasure(test) || rowOf(name)?.kind === 'term') continue;
    const [you, other] = party?.action === 'Tell' ? ['the asker', 'an Ask'] : ['the teller', 'a Tell'];
    const message = `${spelled} is about ${you}, so this wants ${other} with exactly ${test.text}; at most is '<= ${test.text}', at least '>= ${test.text}', and '== ${test.text}' says exactly`;
    findings.push({ code: 'exact-test', message, header: tests.headerOf(index) });
  }
  return findings;
};

function isPlainMeasure(test: Test): test is Test & { readonly text: string } {
  const isPlain = test.kind === 'compare' && test.operator === '=';
  return isPlain && (test.value.kind === 'number' || test.value.kind === 'quantity');
}
