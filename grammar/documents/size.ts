import { type Node, partsOf } from '../expressions/syntax.ts';
import type { Literal, Test } from '../tests/test.ts';
import { type Fact, membersOf } from '../values/fact.ts';
import type { Value } from '../values/value.ts';

/** What a header adds to the bounds of its document. */
export interface Size {
  readonly values: number;
  /** Those of its expression. */
  readonly parts: number;
  /** Of its regular expressions. */
  readonly steps: number;
}

/** A fact has a value for each member of its set. */
export function sizeOfFact(fact: Fact): Size {
  const values = valuesOfFact(fact);
  return values === 1 ? oneValue : ofValues(values);
}

/** How many values a fact counts as. */
export function valuesOfFact(fact: Fact): number {
  const { values, text } = fact;
  if (!values.some(isDuration)) return values.length;
  const texts = values.length === 1 ? [text] : membersOf(text);
  return values.reduce(
    (sum, value, index) => sum + sizeOfValue({ value, text: (texts[index] ?? '').trim() }),
    0,
  );
}

/** A duration counts as a value for each of its parts: `1 h 30 min` has two. */
function sizeOfValue({ value, text }: Literal): number {
  if (!isDuration(value)) return 1;
  let blanks = 0; // in canonical text one between a number and its unit, and one between two parts
  for (let at = text.indexOf(' '); at >= 0; at = text.indexOf(' ', at + 1)) blanks += 1;
  return (blanks + 1) / 2;
}

function isDuration(value: Value): boolean {
  return value.kind === 'quantity' && value.dimension === 'duration';
}

export function ofValues(values: number): Size {
  return { values, parts: 0, steps: 0 };
}

export const oneValue: Size = { values: 1, parts: 0, steps: 0 };

/** A test has a value for each that it compares with, and for what stands in the place of one. */
export function sizeOfTest(root: Test): Size {
  let [values, steps] = [0, 0];
  const open: Test[] = [root];
  for (let test = open.pop(); test !== undefined; test = open.pop()) {
    if (test.kind === 'and' || test.kind === 'or') open.push(...test.tests);
    else if (test.kind === 'not' || test.kind === 'group') open.push(test.test);
    else {
      values += test.kind === 'compare' || test.kind === 'has' ? sizeOfValue(test) : 1;
      if (test.kind === 'range') values += furtherOf(test.from) + furtherOf(test.to);
      if (test.kind === 'versioned') open.push(test.test);
      if (test.kind === 'matches') steps += test.expression.steps;
    }
  }
  return { values, parts: 0, steps };
}

/** A range counts as one value, its ends beyond that by their parts. */
function furtherOf(end: Literal | undefined): number {
  return end === undefined ? 0 : sizeOfValue(end) - 1;
}

/** An expression has a value for each constant and name, and for each operator, function, list and bracket. */
export function sizeOfExpression(root: Node): Size {
  let [values, steps] = [0, 0];
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    values += node.kind === 'constant' ? sizeOfValue(node) : 1;
    if (node.kind === 'matches') steps += node.expression.steps;
    open.push(...partsOf(node));
  }
  return { values, parts: values, steps };
}
