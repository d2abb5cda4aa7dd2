import { isMeasured, type Scalar, scalarOf, version } from '../expressions/cell.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { Value } from '../values/value.ts';

/**
 * What a fact must be like to pass a test. It is less than the test: what it leaves out cannot pass, and what it
 * leaves in may fail.
 */
export interface Narrowing {
  /** The fact has one of these keys. */
  readonly keys: readonly string[] | undefined;
  /** A member of the fact is not below the least, and one is not above the most. */
  readonly span: Span | undefined;
}

/** Numbers of one unit; an end is infinite where there is none. */
export interface Span {
  readonly unit: string;
  readonly least: number;
  readonly most: number;
}

/** A number, a quantity, a moment or money as a double. */
export interface Measure {
  readonly unit: string;
  readonly value: number;
}

const anything: Narrowing = { keys: undefined, span: undefined };

/** Keys of one test or one fact, and the characters of a text in which versions are looked for. */
const mostKeys = 32;
const mostCharacters = 256;

/** What a fact that is said must be like; undefined where none passes. */
export function narrowTest(test: Test): Narrowing | undefined {
  switch (test.kind) {
    case 'unsaid':
      return undefined;
    case 'group':
      return narrowTest(test.test);
    case 'and':
      return bothOf(test.tests.map(narrowTest));
    case 'or':
      return oneOf(test.tests.map(narrowTest));
    case 'versioned':
      return { keys: [versionedKey(test.name)], span: undefined };
    case 'has':
      return equalTo(scalarOf(test.value));
    case 'compare':
      return narrowComparison(test.operator, scalarOf(test.value));
    case 'range': {
      const from = test.from && measureOf(test.from.value);
      const to = test.to && measureOf(test.to.value);
      const unit = (from ?? to)?.unit;
      if (unit === undefined || (to !== undefined && to.unit !== unit)) return anything;
      return spanning(unit, from?.value, to?.value);
    }
    default:
      return anything;
  }
}

/** What the left side of a comparison must be like. */
export function narrowComparison(operator: string, right: Scalar): Narrowing {
  if (operator === '=' || operator === '==') return equalTo(right);
  const measure = measureOfScalar(right);
  if (measure === undefined) return anything;
  const { unit, value } = measure;
  if (operator === '<' || operator === '<=') return spanning(unit, undefined, value);
  return operator === '>' || operator === '>=' ? spanning(unit, value, undefined) : anything;
}

export function equalTo(value: Scalar): Narrowing {
  const key = keyOf(value);
  const measure = measureOfScalar(value);
  return {
    keys: key === undefined ? undefined : [key],
    span: measure && { unit: measure.unit, least: measure.value, most: measure.value },
  };
}

function spanning(unit: string, least: number | undefined, most: number | undefined): Narrowing {
  const span = { unit, least: least ?? Number.NEGATIVE_INFINITY, most: most ?? Number.POSITIVE_INFINITY };
  return { keys: undefined, span };
}

/** Where each must hold, the first that says something says enough; ends of one unit are both kept. */
function bothOf(parts: readonly (Narrowing | undefined)[]): Narrowing | undefined {
  let both = anything;
  for (const part of parts) {
    if (part === undefined) return undefined;
    both = { keys: both.keys ?? part.keys, span: bothSpans(both.span, part.span) };
  }
  return both;
}

function bothSpans(a: Span | undefined, b: Span | undefined): Span | undefined {
  if (a === undefined || b === undefined || a.unit !== b.unit) return a ?? b;
  return { unit: a.unit, least: Math.max(a.least, b.least), most: Math.min(a.most, b.most) };
}

/** Where one is enough, all must say something. */
function oneOf(parts: readonly (Narrowing | undefined)[]): Narrowing | undefined {
  let one: Narrowing | undefined;
  for (const part of parts) {
    if (part === undefined) continue;
    one = one === undefined ? part : { keys: allKeys(one.keys, part.keys), span: hull(one.span, part.span) };
  }
  return one;
}

function allKeys(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  if (a === undefined || b === undefined || a.length + b.length > mostKeys) return undefined;
  return [...a, ...b];
}

function hull(a: Span | undefined, b: Span | undefined): Span | undefined {
  if (a === undefined || b === undefined || a.unit !== b.unit) return undefined;
  return { unit: a.unit, least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) };
}

/** By which a fact is found by tests that narrow to keys, each once; undefined where they would be too many. */
export function keysOf(fact: Fact | undefined): readonly string[] | undefined {
  const keys = new Set<string>();
  for (const value of fact?.values ?? []) {
    const key = keyOf(scalarOf(value));
    if (key !== undefined) keys.add(key);
    if (value.kind !== 'string') continue;
    if (value.text.length > mostCharacters) return undefined;
    for (const name of versionedNames(value.text)) keys.add(versionedKey(name));
    if (keys.size > mostKeys) return undefined;
  }
  return [...keys];
}

/** A key that values of one meaning share; nothing of what equals what is written otherwise: versions, and money. */
function keyOf(value: Scalar): string | undefined {
  switch (typeof value) {
    case 'string':
      return `"${value}`;
    case 'object':
      return value.unit === version || /^[A-Z]/.test(value.unit) ? undefined : `${value.value} ${value.unit}`;
    default:
      return String(value);
  }
}

function versionedKey(name: string): string {
  return `(${name}`;
}

/** What may be the name in a text of a name and a version: all before a mark that parts them, or before a digit. */
function versionedNames(text: string): string[] {
  const names: string[] = [];
  for (let end = 1, wasDigit = isDigitAt(text, 0); end < text.length; end += 1) {
    const isDigit = isDigitAt(text, end);
    if ((isDigit && !wasDigit) || '-_/ '.includes(text.charAt(end))) names.push(text.slice(0, end));
    wasDigit = isDigit;
  }
  return names;
}

function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9;
}

export function measureOf(value: Value): Measure | undefined {
  return measureOfScalar(scalarOf(value));
}

export function measureOfScalar(scalar: Scalar): Measure | undefined {
  if (typeof scalar === 'number') return { unit: 'number', value: scalar };
  return isMeasured(scalar) && scalar.unit !== version ? scalar : undefined;
}
