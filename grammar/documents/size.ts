import { type Node, partsOf } from '../expressions/syntax.ts';
import type { Test } from '../tests/test.ts';

/** What a header adds to the bounds of its document. */
export interface Size {
  readonly values: number;
  /** Those of its expression. */
  readonly parts: number;
  /** Of its regular expressions. */
  readonly steps: number;
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
      values += 1;
      if (test.kind === 'versioned') open.push(test.test);
      if (test.kind === 'matches') steps += test.expression.steps;
    }
  }
  return { values, parts: 0, steps };
}

/** An expression has a value for each constant and name, and for each operator, function, list and bracket. */
export function sizeOfExpression(root: Node): Size {
  let [values, steps] = [0, 0];
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    values += 1;
    if (node.kind === 'matches') steps += node.expression.steps;
    open.push(...partsOf(node));
  }
  return { values, parts: values, steps };
}
