import { expect } from 'chai';
import fc from 'fast-check';
import { readTest, readTestByRule } from '../../../grammar/tests/read.ts';
import { readByRule, readValue } from '../../../grammar/values/read.ts';
import { literalTexts, types } from '../../grammar/values/arbitraries.ts';
import { mutated } from '../mutations.ts';
import { seedValues } from '../seeds.ts';
import type { Target } from '../target.ts';

const texts = fc
  .oneof(literalTexts, mutated(seedValues, 2))
  .map((text) => text.replace(/[\p{Cc}]/gu, ' ').trim());

export const paths: Target = {
  name: 'paths',
  about: 'The short path reads a value or a test as the grammar does.',
  property: () =>
    fc.property(fc.constantFrom(undefined, ...types), texts, (type, text) => {
      if (!text.isWellFormed()) return;
      expect(plain(readValue(type, text)), text).to.equal(plain(readByRule(type, text)));
      const wanted = type && { type, example: 'x' };
      expect(plain(readTest(wanted, text)), text).to.equal(plain(readTestByRule(wanted, text)));
    }),
};

function plain(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
}
