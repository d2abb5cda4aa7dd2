import { holds } from '../tests/evaluate.ts';
import type { Comparison, Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { Truth, Value } from '../values/value.ts';

/** Whether a fact passes; absent where the other does not say the name. */
export type Passes = (fact: Fact | undefined) => Truth;

/**
 * A test as a closure. Comparisons with strings, numbers and quantities, which nearly all are, go without a look at
 * the test's syntax; a property test holds them equal to `holds`, which does the rest.
 */
export function compileTest(test: Test): Passes {
  switch (test.kind) {
    case 'group':
      return compileTest(test.test);
    case 'or':
      return anyOf(test.tests.map(compileTest));
    case 'has':
      return test.value.kind === 'string' ? isText(test.value.text) : (fact) => holds(test, fact);
    case 'compare':
      return compileComparison(test) ?? ((fact) => holds(test, fact));
    default:
      return (fact) => holds(test, fact);
  }
}

function compileComparison({ operator, value }: Comparison): Passes | undefined {
  if (value.kind === 'string') return operator === '=' || operator === '==' ? isText(value.text) : undefined;
  const compares =
    value.kind === 'number' || value.kind === 'quantity' ? numeric(operator, value.value) : undefined;
  if (compares === undefined) return undefined;
  const dimension = value.kind === 'quantity' ? value.dimension : undefined;
  return ofMembers((member) => {
    const size = member.kind === 'number' || member.kind === 'quantity' ? member : undefined;
    if (size === undefined || (size.kind === 'quantity' ? size.dimension : undefined) !== dimension)
      return undefined;
    return compares(size.value);
  });
}

function numeric(operator: Comparison['operator'], wanted: number): ((value: number) => boolean) | undefined {
  switch (operator) {
    case '<':
      return (value) => value < wanted;
    case '<=':
      return (value) => value <= wanted;
    case '>':
      return (value) => value > wanted;
    case '>=':
      return (value) => value >= wanted;
    case '!=':
      return undefined;
    default:
      return (value) => value === wanted;
  }
}

function isText(text: string): Passes {
  return (fact) => {
    if (fact === undefined) return undefined;
    let truth: Truth = false;
    for (const member of fact.values) {
      if (member.kind !== 'string') truth = undefined;
      else if (member.text === text) return true;
    }
    return truth;
  };
}

/** A set passes if a member does; UNKNOWN if none does and one is UNKNOWN. */
function ofMembers(passes: (value: Value) => Truth): Passes {
  return (fact) => {
    if (fact === undefined) return undefined;
    let truth: Truth = false;
    for (const member of fact.values) {
      const one = passes(member);
      if (one === true) return true;
      if (one === undefined) truth = undefined;
    }
    return truth;
  };
}

/** TRUE decides. */
function anyOf(tests: readonly Passes[]): Passes {
  return (fact) => {
    let truth: Truth = false;
    for (const passes of tests) {
      const one = passes(fact);
      if (one === true) return true;
      if (one === undefined) truth = undefined;
    }
    return truth;
  };
}
