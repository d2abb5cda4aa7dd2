import type { OfTwo } from '../matching/arithmetic.ts';
import { filledLane, type Lane, ofTwo, truth } from './lane.ts';

const comparisons: Readonly<Record<string, OfTwo>> = {
  '<': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = Number((a[at] as number) < (b[at] as number));
  },
  '<=': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = Number((a[at] as number) <= (b[at] as number));
  },
  '>': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = Number((a[at] as number) > (b[at] as number));
  },
  '>=': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = Number((a[at] as number) >= (b[at] as number));
  },
  '==': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = Number(a[at] === b[at]);
  },
  '!=': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = Number(a[at] !== b[at]);
  },
};

/** Undefined where the operator is none of comparisons. */
export function comparisonLane(operator: string, left: Lane, right: Lane): Lane | undefined {
  const apply = comparisons[operator];
  if (apply === undefined) return undefined;
  const settled = settledOf(operator, left, right);
  if (settled !== undefined) return filledLane(Number(settled), truth);
  if (left.isSure && right.isSure) return ofTwo(left, right, truth, true, apply);
  return {
    unit: truth,
    isSure: false,
    run(batch, out, room, depth) {
      left.run(batch, out, room, depth);
      const [other, apart] = [room.at(depth), room.at(depth + 1)];
      right.run(batch, other, room, depth + 1);
      for (let at = 0; at < batch.count; at += 1) apart[at] = (out[at] as number) - (other[at] as number);
      apply(out, other, batch.count);
      // What is known is finite, so that the difference is a number or infinite.
      for (let at = 0; at < batch.count; at += 1) {
        if (Number.isNaN(apart[at] as number)) out[at] = Number.NaN;
      }
    },
  };
}

/** What a comparison comes to for all records, where the ends of both sides say so. */
function settledOf(operator: string, left: Lane, right: Lane): boolean | undefined {
  switch (operator) {
    case '<':
      return isBelow(left, right);
    case '>':
      return isBelow(right, left);
    case '<=':
      return not(isBelow(right, left));
    case '>=':
      return not(isBelow(left, right));
    case '==':
      return isEqual(left, right);
    default:
      return not(isEqual(left, right));
  }
}

const unknown = Number.NaN;

function isBelow(
  { most = unknown, least = unknown }: Lane,
  { least: from = unknown, most: to = unknown }: Lane,
): boolean | undefined {
  if (most < from) return true;
  return least >= to ? false : undefined;
}

function isEqual(left: Lane, right: Lane): boolean | undefined {
  if (isBelow(left, right) === true || isBelow(right, left) === true) return false;
  return isBelow(left, right) === false && isBelow(right, left) === false ? true : undefined;
}

function not(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}
