import type { Literal, Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { Value } from '../values/value.ts';

/** What an Ask needs of an amount, and the fact that this is to the Tells' tests. */
export interface NeedReading {
  readonly from: number;
  readonly upTo: number;
  readonly exact: boolean;
  readonly fact: Fact;
}

const advice = "an amount is a need, such as '8', '8..16' or '== 8'";

/** Reads a test of an amount as a need; what is wrong follows the header's name in a sentence. */
export function needOf(test: Test): NeedReading | { readonly problem: string } {
  const bounds = boundsOf(test);
  if (bounds === undefined) {
    return { problem: `cannot be this: ${advice}; to cap the size of the slot write Requires` };
  }
  const [low, high, exact] = bounds;
  const from = sizeOf(low.value);
  const upTo = high === undefined ? from : sizeOf(high.value);
  if (from < 0) return { problem: `is not below zero: ${advice}` };
  if (upTo < from) return { problem: `goes from more to less: ${advice}` };
  return { from, upTo, exact, fact: { values: [low.value], text: wholeText(low, high) } };
}

function boundsOf(test: Test): readonly [Literal, Literal | undefined, boolean] | undefined {
  if (test.kind === 'compare') {
    const { operator } = test;
    return operator === '=' || operator === '>=' || operator === '=='
      ? [test, undefined, operator === '==']
      : undefined;
  }
  return test.kind === 'range' && test.from !== undefined ? [test.from, test.to, false] : undefined;
}

function sizeOf(value: Value): number {
  return value.kind === 'number' || value.kind === 'quantity' ? value.value : Number.NaN;
}

/** The lower end of `16..64 GiB` is written without its unit there. */
function wholeText(low: Literal, high: Literal | undefined): string {
  const unit = / (.+)$/.exec(high?.text ?? '')?.[1];
  return unit === undefined || low.text.includes(' ') ? low.text : `${low.text} ${unit}`;
}
