import { equal, order } from '../values/compare.ts';
import type { Fact } from '../values/fact.ts';
import type { Truth, Value } from '../values/value.ts';
import { versionOf } from '../values/version.ts';
import type { Comparison, Range, Test, Versioned } from './test.ts';

/**
 * Whether a fact passes a test; `fact` is absent where the other does not say the name. A set passes if a member
 * does, and is UNKNOWN if none does and one is UNKNOWN.
 */
export function holds(test: Test, fact: Fact | undefined): Truth {
  switch (test.kind) {
    case 'any':
      return fact !== undefined;
    case 'unsaid':
      return fact === undefined;
    case 'and':
      return all(test.tests, fact);
    case 'or':
      return any(test.tests, fact);
    case 'not':
      return not(holds(test.test, fact));
    case 'group':
      return holds(test.test, fact);
    default:
      if (fact === undefined) return undefined;
      if (test.kind === 'compare' && test.operator === '!=') return not(someHolds(test, fact.values));
      return someHolds(test, fact.values);
  }
}

/** FALSE decides. */
function all(tests: readonly Test[], fact: Fact | undefined): Truth {
  let truth: Truth = true;
  for (const test of tests) {
    const one = holds(test, fact);
    if (one === false) return false;
    if (one === undefined) truth = undefined;
  }
  return truth;
}

/** TRUE decides. */
function any(tests: readonly Test[], fact: Fact | undefined): Truth {
  let truth: Truth = false;
  for (const test of tests) {
    const one = holds(test, fact);
    if (one === true) return true;
    if (one === undefined) truth = undefined;
  }
  return truth;
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

function someHolds(test: Test, values: readonly Value[]): Truth {
  const first = values[0];
  if (values.length === 1 && first !== undefined) return passes(test, first);
  let truth: Truth = false;
  for (const value of values) {
    const one = passes(test, value);
    if (one === true) return true;
    if (one === undefined) truth = undefined;
  }
  return truth;
}

/** One value and one test; `!=` is turned round by who calls. */
function passes(test: Test, value: Value): Truth {
  switch (test.kind) {
    case 'compare':
      return compares(test, value);
    case 'has':
      return equal(value, test.value);
    case 'range':
      return isWithin(test, value);
    case 'matches':
      return value.kind === 'string' ? test.expression.found(value.text) : undefined;
    case 'versioned':
      return hasVersion(test, value);
    default:
      throw new TypeError(`'${test.kind}' is put to the whole set`);
  }
}

function compares({ operator, value: wanted }: Comparison, value: Value): Truth {
  if (operator === '=' || operator === '==' || operator === '!=') return equal(value, wanted);
  const sign = order(value, wanted);
  if (sign === undefined) return undefined;
  switch (operator) {
    case '<':
      return sign < 0;
    case '<=':
      return sign <= 0;
    case '>':
      return sign > 0;
    case '>=':
      return sign >= 0;
  }
}

function isWithin({ from, to }: Range, value: Value): Truth {
  const low = from === undefined ? 0 : order(value, from.value);
  const high = to === undefined ? 0 : order(value, to.value);
  return low === undefined || high === undefined ? undefined : low >= 0 && high <= 0;
}

/** UNKNOWN of the bare name, FALSE of all that is not this name and a version. */
function hasVersion({ name, test }: Versioned, value: Value): Truth {
  if (value.kind !== 'string' || !value.text.startsWith(name)) return false;
  if (value.text.length === name.length) return undefined;
  const version = versionAfter(value.text, name.length);
  return version !== undefined && holds(test, { values: [versionOf(version)], text: version });
}

const versionText = /^[A-Za-z]?[0-9](?:[A-Za-z0-9_+-]|\.(?!\.))*$/;

/**
 * The version that follows a name: straight after one that does not end in a digit, or after one of `- _ /` or a
 * blank, where one letter may precede it.
 */
function versionAfter(text: string, end: number): string | undefined {
  const after = text.charAt(end);
  const isApart = after === '-' || after === '_' || after === '/' || after === ' ';
  const said = text.slice(isApart ? end + 1 : end);
  if (!versionText.test(said)) return undefined;
  const startsWithDigit = isDigit(said.charCodeAt(0));
  if (!isApart && (!startsWithDigit || isDigit(text.charCodeAt(end - 1)))) return undefined;
  return said.startsWith('v') ? said.slice(1) : said;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
