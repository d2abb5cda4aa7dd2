import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { StringValue, Value } from '../values/value.ts';
import { versionOf } from '../values/version.ts';

/**
 * Values among which a test finds all that it can tell apart: each that it names, one between each two, one beyond
 * either end, and a text that it does not name. Nothing where its regular expressions, or their number, forbid that.
 */
export function samplesOf(test: Test, most: number): Value[] | undefined {
  const literals: Value[] = [];
  const strings = new Set<string>();
  // Each counts, also where it names what was named before: it has to be looked into.
  let versioned = 0;
  const open: Test[] = [test];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === 'matches') return undefined;
    if (next.kind === 'and' || next.kind === 'or') open.push(...next.tests);
    else if (next.kind === 'not' || next.kind === 'group') open.push(next.test);
    else if (next.kind === 'versioned') {
      versioned += 1;
      for (const text of named(next.name, next.test)) strings.add(text);
    } else addLiterals(next, literals);
    if (literals.length + Math.max(strings.size, versioned) > most) return undefined;
  }
  const samples: Value[] = [];
  for (const value of literals) {
    if (value.kind === 'string') strings.add(value.text);
    else addNeighbours(value, literals, samples);
  }
  for (const text of strings) samples.push({ kind: 'string', text });
  samples.push({ kind: 'string', text: fresh(strings) });
  return samples;
}

/** The same for what stands in the brackets after a name, as texts; and the bare name. */
function named(name: string, test: Test): string[] {
  const inner = samplesOf(test, 32) ?? [];
  const versions = inner.flatMap((value) => (value.kind === 'version' ? [value.text] : []));
  return [name, ...versions.map((version) => `${name}-${version}`)];
}

function addLiterals(test: Test, literals: Value[]): void {
  if (test.kind === 'compare' || test.kind === 'has') literals.push(test.value);
  if (test.kind !== 'range') return;
  for (const end of [test.from, test.to]) if (end !== undefined) literals.push(end.value);
}

/** Adds a value, and its neighbours among others of its kind. */
function addNeighbours(value: Exclude<Value, StringValue>, others: readonly Value[], samples: Value[]): void {
  switch (value.kind) {
    case 'number':
    case 'timestamp':
    case 'quantity': {
      const step = Math.max(1, Math.abs(value.value) / 2);
      const next = nextAbove(value.value, others);
      const above = next === undefined ? value.value + step : value.value + (next - value.value) / 2;
      samples.push({ ...value, value: value.value - step }, value, { ...value, value: above });
      return;
    }
    case 'money':
      for (const step of [-1n, 0n, 1n]) samples.push({ ...value, nano: value.nano + step });
      return;
    case 'version':
      for (const end of ['-dev', '', '-zz', '.1']) samples.push(versionOf(`${value.text}${end}`));
      return;
    case 'boolean':
      samples.push(value, { kind: 'boolean', value: !value.value });
      return;
  }
}

function nextAbove(value: number, others: readonly Value[]): number | undefined {
  let next: number | undefined;
  for (const other of others) {
    const one = 'value' in other ? Number(other.value) : Number.NaN;
    if (one > value && (next === undefined || one < next)) next = one;
  }
  return next;
}

function fresh(strings: ReadonlySet<string>): string {
  let text = 'x';
  while (strings.has(text)) text += 'x';
  return text;
}

/** Sets of two, and of all. */
export function* pairsOf(values: readonly Value[]): Generator<Fact> {
  yield { values, text: '' };
  for (const [index, value] of values.entries()) {
    for (const other of values.slice(index + 1)) yield { values: [value, other], text: '' };
  }
}
