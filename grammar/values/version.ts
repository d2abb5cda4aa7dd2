import type { VersionValue } from './value.ts';

const run = /[0-9]+|[^0-9.+_-]+/g;
const digitsExact = 15;

/** A version of this text, without a `v` before it. */
export function versionOf(text: string): VersionValue {
  return { kind: 'version', text, parts: (text.match(run) ?? []).map(part) };
}

function part(text: string): string | number {
  if (!isDigit(text)) return text.toLowerCase();
  const digits = text.replace(/^0+(?=.)/, '');
  return digits.length > digitsExact ? digits : Number(digits);
}

/** Below what is absent or 0, the lowest first. */
const before: ReadonlyMap<string, number> = new Map(
  ['dev', 'pre', 'preview', 'alpha', 'beta', 'rc', 'snapshot'].map((word, index) => [word, index]),
);

/** Compares two versions part by part: negative, zero or positive. */
export function orderVersions(a: VersionValue, b: VersionValue): number {
  const length = Math.max(a.parts.length, b.parts.length);
  for (let at = 0; at < length; at += 1) {
    const order = orderParts(a.parts[at] ?? 0, b.parts[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function orderParts(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [classA, classB] = [classOf(a), classOf(b)];
  if (classA !== classB) return classA - classB;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  if (classA === numbers && a.length !== b.length) return a.length - b.length;
  return orderCodePoints(a, b);
}

const absent = before.size;
const words = absent + 1;
const numbers = words + 1;

function classOf(part: string | number): number {
  if (typeof part === 'number') return part === 0 ? absent : numbers;
  return isDigit(part) ? numbers : (before.get(part) ?? words);
}

function isDigit(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= 0x30 && code <= 0x39;
}

/** By code point, which differs from JavaScript's order where a surrogate meets U+E000 to U+FFFF. */
export function orderCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one === other) continue;
    const [high, low] = [one >= 0xd800 && one < 0xe000, other >= 0xd800 && other < 0xe000];
    return high === low ? one - other : Number(high) - Number(low);
  }
  return a.length - b.length;
}
