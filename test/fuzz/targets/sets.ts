import { expect } from 'chai';
import fc from 'fast-check';
import { holds, holdsPlainly } from '../../../grammar/tests/evaluate.ts';
import { printTest } from '../../../grammar/tests/print.ts';
import { readTest } from '../../../grammar/tests/read.ts';
import type { Fact } from '../../../grammar/values/fact.ts';
import { readFact } from '../../../grammar/values/read-fact.ts';
import { literalTexts } from '../../grammar/values/arbitraries.ts';
import { mutated } from '../mutations.ts';
import { seedValues } from '../seeds.ts';
import type { Target } from '../target.ts';

const texts = fc
  .oneof(literalTexts, mutated(seedValues, 2))
  .map((text) => text.replace(/[\p{Cc}]/gu, ' ').trim());
const severalTests = fc
  .tuple(fc.array(texts, { minLength: 1, maxLength: 12 }), fc.constantFrom(', ', ' | '))
  .map(([parts, separator]) => {
    const read = parts.map((part) => readTest(undefined, part)).filter((part) => 'test' in part);
    return read.map(({ test }) => `(${printTest(test)})`).join(separator);
  });

export const sets: Target = {
  name: 'sets',
  about:
    'A test comes to the same of a large set whether its members are ordered or not, and after it was printed.',
  property: () =>
    fc.property(severalTests, fc.array(texts, { maxLength: 30 }), (text, members) => {
      const read = readTest(undefined, text);
      const values = members.flatMap((member) => {
        const fact = readFact(undefined, member, false);
        return 'problem' in fact ? [] : fact.values;
      });
      if ('problem' in read) return;
      const fact: Fact | undefined = values.length === 0 ? undefined : { values, text: '' };
      const truth = holdsPlainly(read.test, fact);
      expect(holds(read.test, fact), text).to.equal(truth);
      const again = readTest(undefined, printTest(read.test));
      expect(again).to.have.property('test');
      if ('test' in again) expect(holds(again.test, fact)).to.equal(truth);
    }),
};
