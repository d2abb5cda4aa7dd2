import { expect } from 'chai';
import fc from 'fast-check';
import {
  atOf,
  cellOf,
  compile,
  constant,
  readExpression,
  varying,
} from '../../../grammar/expressions/index.ts';
import type { Fact } from '../../../grammar/values/fact.ts';
import { readFact } from '../../../grammar/values/read-fact.ts';
import { expressionText } from '../../grammar/expressions/arbitraries.ts';
import { literalTexts } from '../../grammar/values/arbitraries.ts';
import { mutated } from '../mutations.ts';
import { seedValues } from '../seeds.ts';
import type { Target } from '../target.ts';

const texts = fc
  .oneof(
    expressionText,
    mutated(
      seedValues.filter((text) => /\b(?:my|their)\./i.test(text)),
      4,
    ),
  )
  .map((text) => text.replace(/[\p{Cc}]/gu, ' '));

const names = ['cpus', 'load', 'memory', 'x', 'y-z', 'features'];
const facts: fc.Arbitrary<ReadonlyMap<string, Fact>> = fc
  .array(fc.tuple(fc.constantFrom(...names), literalTexts), { maxLength: 5 })
  .map(
    (said) =>
      new Map(
        said.flatMap(([name, text]) => {
          const fact = readFact(undefined, text, false);
          return 'problem' in fact ? [] : [[name, fact] as const];
        }),
      ),
  );

export const expressions: Target = {
  name: 'expressions',
  about:
    'An expression is refused in words, or is the same once printed and whichever side of it is known beforehand.',
  property: () =>
    fc.property(texts, facts, facts, fc.constantFrom('condition', 'rank'), (text, my, their, purpose) => {
      const read = readExpression(text, purpose);
      if ('problem' in read) {
        expect(read.problem).to.match(/^[^\p{Cc}]+$/u);
        expect(read.at).to.be.within(0, text.length);
        return;
      }
      const { expression } = read;
      const again = readExpression(expression.text, purpose);
      expect(again, expression.text).to.have.nested.property('expression.text', expression.text);
      const cell = expression.evaluate(my, their);
      if ('expression' in again) expect(again.expression.evaluate(my, their)).to.deep.equal(cell);
      for (const known of ['my', 'their'] as const) {
        const at = atOf<undefined>(
          compile(expression.root, ({ side, name }) => {
            const said = cellOf((side === 'my' ? my : their).get(name));
            return side === known ? constant(said) : varying(() => said);
          }),
        );
        expect(at(undefined), expression.text).to.deep.equal(cell);
      }
    }),
};
