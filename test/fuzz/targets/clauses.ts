import fc from 'fast-check';
import { readExpression } from '../../../grammar/expressions/index.ts';
import { defaultBounds } from '../../../grammar/index.ts';
import { holds } from '../../../grammar/tests/evaluate.ts';
import { readTest } from '../../../grammar/tests/read.ts';
import type { Fact } from '../../../grammar/values/fact.ts';
import { readFact } from '../../../grammar/values/read-fact.ts';
import { leastMs } from '../../hostile/growth.ts';
import { mutated } from '../mutations.ts';
import { seedValues } from '../seeds.ts';
import type { Target } from '../target.ts';

/** A turn of the event loop is 20 ms. */
const mostMs = 60;

const texts = mutated(seedValues, 2).map((text) => text.replace(/[\p{Cc}]/gu, ' ').trim());
const counted = fc.constantFrom('', '1', '-1', '.1', 'a', ' 1');

/** Some texts, each with a number behind it, over and over in as many characters as a header has. */
function written(part: fc.Arbitrary<string>, separator: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.array(part, { minLength: 1, maxLength: 3 }),
      counted,
      separator,
      fc.integer({ min: 1, max: 1000 }),
    )
    .map(([parts, count, between, times]) => {
      const all: string[] = [];
      let left = defaultBounds.headerBytes;
      for (let index = 0; index < times; index += 1) {
        const next = `${parts[index % parts.length]}${count === '' ? '' : `${count}${index}`}${between}`;
        left -= next.length;
        if (left < 0) break;
        all.push(next);
      }
      return all.join('').slice(0, -between.length);
    });
}

const facts: fc.Arbitrary<Fact | undefined> = written(texts, fc.constant(',')).map((text) => {
  const fact = readFact(undefined, text, false);
  return 'problem' in fact ? undefined : fact;
});

export const clauses: Target = {
  name: 'clauses',
  about:
    'A test or an expression and facts, each as large as a header may be, come to something in a moment.',
  property: () =>
    fc.property(
      written(texts, fc.constantFrom(', ', ' | ')),
      written(texts, fc.constantFrom(' and ', ' or ', ' + ', ' ?? ')),
      facts,
      (testText, expressionText, fact) => {
        const test = readTest(undefined, testText);
        if ('test' in test) expectSoon(() => holds(test.test, fact));
        const expression = readExpression(expressionText, 'condition');
        if (!('expression' in expression)) return;
        const names = expression.expression.names.map(({ name }) => name);
        const said = new Map(fact === undefined ? [] : names.map((name) => [name, fact] as const));
        expectSoon(() => expression.expression.evaluate(said, said));
      },
    ),
};

function expectSoon(work: () => unknown): void {
  if (leastMs(work, mostMs) > mostMs) throw new Error('it takes too long');
}
