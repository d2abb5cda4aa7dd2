import type { Price } from '../documents/model.ts';
import { holds } from '../tests/evaluate.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { MoneyValue, Truth, Value } from '../values/value.ts';

/**
 * Whether a Tell's prices pass a test of Price in an Ask: each comparison is put to the sum of the Tell's rates of its
 * unit and currency. That is 0 where it has no Price or charges otherwise in that currency, and UNKNOWN where it takes
 * another.
 */
export function pricePasses(test: Test, prices: readonly Price[]): Truth {
  switch (test.kind) {
    case 'and':
      return all(test.tests.map((part) => pricePasses(part, prices)));
    case 'or':
      return not(all(test.tests.map((part) => not(pricePasses(part, prices)))));
    case 'not':
      return not(pricePasses(test.test, prices));
    case 'group':
      return pricePasses(test.test, prices);
    case 'any':
      return prices.length > 0;
    case 'unsaid':
      return prices.length === 0;
    case 'compare':
    case 'has':
      return holds(test, sumLike(test.value, prices));
    case 'range':
      return holds(test, sumLike((test.to ?? test.from)?.value, prices));
    default:
      return undefined;
  }
}

/** The sum of the rates of a literal's unit and currency, as a fact. */
function sumLike(literal: Value | undefined, prices: readonly Price[]): Fact | undefined {
  if (literal?.kind !== 'money') return undefined;
  const { currency, per } = literal;
  const price = prices.find((each) => each.currency === currency);
  if (price === undefined && prices.length > 0) return undefined;
  const nano = price?.rates.reduce((sum, rate) => (rate.per === per ? sum + rate.nano : sum), 0n) ?? 0n;
  const value: MoneyValue = { kind: 'money', currency, nano, per };
  return { values: [value], text: '' };
}

/** FALSE decides. */
function all(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}
