import type { Literal, Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { Value } from '../values/value.ts';
import { versionOf } from '../values/version.ts';

/**
 * Values among which a test finds all that it can tell apart: each that it names, one between each two, one beyond
 * either end, and a text that it does not name. Nothing where its regular expressions, or their number, forbid that.
 */
export function samplesOf(test: Test, most: number): Value[] | undefined {
  const literals: Value[] = [];
  const strings = new Set<string>();
  const open: Test[] = [test];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === 'matches') return undefined;
    if (next.kind === 'and' || next.kind === 'or') open.push(...next.tests);
    else if (next.kind === 'not' || next.kind === 'group') open.push(next.test);
    else if (next.kind === 'versioned') for (const text of named(next.name, next.test)) strings.add(text);
    else for (const { value } of literalsOf(next)) literals.push(value);
    if (literals.length + strings.size > most) return undefined;
  }
  for (const value of literals) if (value.kind === 'string') strings.add(value.text);
  const around = literals.flatMap((value) => neighbours(value, literals));
  const texts = [...strings, fresh(strings)].map((text): Value => ({ kind: 'string', text }));
  return [...around, ...texts];
}

/** The same for what stands in the brackets after a name, as texts; and the bare name. */
function named(name: string, test: Test): string[] {
  const inner = samplesOf(test, 32) ?? [];
  const versions = inner.flatMap((value) => (value.kind === 'version' ? [value.text] : []));
  return [name, ...versions.map((version) => `${name}-${version}`)];
}

function literalsOf(test: Test): readonly Literal[] {
  if (test.kind === 'compare' || test.kind === 'has') return [test];
  if (test.kind !== 'range') return [];
  return [test.from, test.to].filter((end) => end !== undefined);
}

/** A value, and its neighbours among others of its kind. */
function neighbours(value: Value, others: readonly Value[]): Value[] {
  switch (value.kind) {
    case 'number':
    case 'timestamp':
    case 'quantity':
      return numbersAround(value.value, others).map((one) => ({ ...value, value: one }));
    case 'money':
      return [-1n, 0n, 1n].map((step) => ({ ...value, nano: value.nano + step }));
    case 'version':
      return ['-dev', '', '-zz', '.1'].map((end) => versionOf(`${value.text}${end}`));
    case 'boolean':
      return [value, { kind: 'boolean', value: !value.value }];
    case 'string':
      return [];
  }
}

function numbersAround(value: number, others: readonly Value[]): number[] {
  let next = Number.POSITIVE_INFINITY;
  for (const other of others) {
    const one = 'value' in other ? Number(other.value) : Number.NaN;
    if (one > value && one < next) next = one;
  }
  const step = Math.max(1, Math.abs(value) / 2);
  return [value - step, value, Number.isFinite(next) ? value + (next - value) / 2 : value + step];
}

function fresh(strings: ReadonlySet<string>): string {
  let text = 'x';
  while (strings.has(text)) text += 'x';
  return text;
}

/** The facts to try first: nothing said, and each value alone. */
export function* factsOf(values: readonly Value[]): Generator<Fact | undefined> {
  yield undefined;
  for (const value of values) yield { values: [value], text: '' };
}

/** Sets of two, and of all. */
export function* pairsOf(values: readonly Value[]): Generator<Fact> {
  yield { values, text: '' };
  for (const [index, value] of values.entries()) {
    for (const other of values.slice(index + 1)) yield { values: [value, other], text: '' };
  }
}
