import { equal, order } from '../values/compare.ts';
import type { Fact } from '../values/fact.ts';
import type { Truth, Value, VersionValue } from '../values/value.ts';
import { Members, type Versions } from './members.ts';
import type { Comparison, Range, Test, Versioned } from './test.ts';
import { versionBehind } from './version-behind.ts';

/** From so many tests and members on, the members are ordered before the tests are put to them. */
const manyTests = 8;
const manyMembers = 16;

/**
 * Whether a fact passes a test; `fact` is absent where the other does not say the name. A set passes if a member
 * does, and is UNKNOWN if none does and one is UNKNOWN. Many tests of a large set take no longer than both together.
 */
export function holds(test: Test, fact: Fact | undefined): Truth {
  return put(test, fact, undefined);
}

/** The same by the letter, each test put to each member. */
export function holdsPlainly(test: Test, fact: Fact | undefined): Truth {
  return put(test, fact, 'none');
}

/** `members` are those of the fact once they were ordered, or 'none' where they are not to be. */
function put(test: Test, fact: Fact | undefined, members: Members | 'none' | undefined): Truth {
  switch (test.kind) {
    case 'any':
      return fact !== undefined;
    case 'unsaid':
      return fact === undefined;
    case 'and':
      return all(test.tests, fact, members ?? ordered(test.tests, fact));
    case 'or':
      return any(test.tests, fact, members ?? ordered(test.tests, fact));
    case 'not':
      return not(put(test.test, fact, members));
    case 'group':
      return put(test.test, fact, members);
    default: {
      if (fact === undefined) return undefined;
      const truth = someHolds(test, fact.values, members);
      return test.kind === 'compare' && test.operator === '!=' ? not(truth) : truth;
    }
  }
}

function ordered(tests: readonly Test[], fact: Fact | undefined): Members | undefined {
  return fact !== undefined && tests.length >= manyTests && fact.values.length >= manyMembers
    ? new Members(fact.values)
    : undefined;
}

/** FALSE decides. */
function all(tests: readonly Test[], fact: Fact | undefined, members: Members | 'none' | undefined): Truth {
  let truth: Truth = true;
  for (const test of tests) {
    const one = put(test, fact, members);
    if (one === false) return false;
    if (one === undefined) truth = undefined;
  }
  return truth;
}

/** TRUE decides. */
function any(tests: readonly Test[], fact: Fact | undefined, members: Members | 'none' | undefined): Truth {
  let truth: Truth = false;
  for (const test of tests) {
    const one = put(test, fact, members);
    if (one === true) return true;
    if (one === undefined) truth = undefined;
  }
  return truth;
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

function someHolds(test: Test, values: readonly Value[], members: Members | 'none' | undefined): Truth {
  const isOfValue = test.kind === 'compare' || test.kind === 'has' || test.kind === 'range';
  if (members !== undefined && members !== 'none') {
    if (isOfValue) return members.pass(test);
    if (test.kind === 'versioned') return hasAnyVersion(test.test, members.versionsOf(test.name));
  }
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
  const version = versionBehind(name, value);
  return version === 'bare' ? undefined : version !== undefined && holds(test, single(version));
}

/** The same of all members of a set. */
function hasAnyVersion(test: Test, { versions, isBare }: Versions): Truth {
  const truths = versions.map((version) => holds(test, single(version)));
  if (truths.includes(true)) return true;
  return isBare || truths.includes(undefined) ? undefined : false;
}

function single(version: VersionValue): Fact {
  return { values: [version], text: version.text };
}
