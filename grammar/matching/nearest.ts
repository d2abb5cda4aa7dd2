import type { Need } from '../documents/model.ts';
import type { Literal, Test } from '../tests/test.ts';
import { type Fact, memberText } from '../values/fact.ts';
import type { Value } from '../values/value.ts';

/** An end to which a value is near or far: a number or a quantity, and on which side of it a test holds. */
interface End {
  readonly value: number;
  readonly kind: string;
  readonly text: string;
}

/** What a test asks of a number or a quantity, where it is one comparison or range. */
export interface Span {
  readonly from: End | undefined;
  readonly to: End | undefined;
  /** Without its ends themselves, as `<` and `>` ask. */
  readonly isOpen: boolean;
  readonly isExact: boolean;
}

export function spanOf(test: Test): Span | undefined {
  if (test.kind === 'range') {
    const [from, to] = [endOf(test.from), endOf(test.to)];
    const isMeasured =
      (test.from === undefined || from !== undefined) && (test.to === undefined || to !== undefined);
    return isMeasured ? { from, to, isOpen: false, isExact: false } : undefined;
  }
  if (test.kind === 'has') return spanAt(endOf(test));
  if (test.kind !== 'compare') return undefined;
  const end = endOf(test);
  const isOpen = test.operator === '<' || test.operator === '>';
  switch (test.operator) {
    case '!=':
      return undefined;
    case '<':
    case '<=':
      return end && { from: undefined, to: end, isOpen, isExact: false };
    case '>':
    case '>=':
      return end && { from: end, to: undefined, isOpen, isExact: false };
    default:
      return spanAt(end);
  }
}

export function spanOfNeed({ from, exact, dimension }: Need): Span {
  const end = { value: from, kind: dimension ?? 'number', text: '' };
  return { from: end, to: exact ? end : undefined, isOpen: false, isExact: exact };
}

function spanAt(end: End | undefined): Span | undefined {
  return end && { from: end, to: end, isOpen: false, isExact: true };
}

function endOf(literal: Literal | undefined): End | undefined {
  const size = literal === undefined ? undefined : sizeOf(literal.value);
  return size && { ...size, text: literal?.text ?? '' };
}

function sizeOf(value: Value): { value: number; kind: string } | undefined {
  if (value.kind === 'number') return { value: value.value, kind: 'number' };
  return value.kind === 'quantity' ? { value: value.value, kind: value.dimension } : undefined;
}

/** How far a fact is from a span, and the text of its nearest member. */
export interface Distance {
  readonly distance: number;
  readonly text: string;
}

export function distanceOf({ from, to }: Span, fact: Fact | undefined): Distance | undefined {
  if (fact === undefined) return undefined;
  let best: { distance: number; index: number } | undefined;
  for (const [index, value] of fact.values.entries()) {
    const size = sizeOf(value);
    if (size === undefined || size.kind !== (from ?? to)?.kind) continue;
    const below = from === undefined ? 0 : from.value - size.value;
    const above = to === undefined ? 0 : size.value - to.value;
    const distance = Math.max(below, above, 0);
    if (best === undefined || distance < best.distance) best = { distance, index };
  }
  return best && { distance: best.distance, text: memberText(fact, best.index) };
}
