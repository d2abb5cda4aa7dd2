import type { Party, PartyTest } from '../documents/model.ts';
import { PlainTest } from '../documents/plain-test.ts';
import { Memo, type MemoBounds } from '../memo.ts';
import { holds } from '../tests/evaluate.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { Value } from '../values/value.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { Check, Finding } from './finding.ts';
import { pairsOf, samplesOf } from './samples.ts';

/** Beyond it a test is not looked into. */
const mostValues = 32;

/** Facts that are put to the tests of one document; the tests after are not looked into. */
const mostFacts = 10_000;

/** Tests that documents go on using: some three thousand. */
const memoBounds: MemoBounds = { characters: 256 * 1024, longest: 256 };

type Outcome = 'never' | 'sets' | 'always' | 'open';

/**
 * A test that can never hold, alone or with the others of its name, one that holds only where several values are said
 * of what is measured once, and one that can never fail.
 */
export function newOutcomesCheck(): Check {
  const memo = new Memo<Known>(memoBounds);
  const knownOf = ({ test, header }: PartyTest, sets: boolean): Known =>
    isOpen(test) ? open : memo.of(sets ? 'sets' : 'one', header, () => findOutcome(test, sets));
  return ({ party }, tests) => {
    const areAlone = areApart(tests.all);
    if (areAlone && tests.all.every(isOpenTest)) return [];
    let left = mostFacts;
    // What is remembered counts too, so that what is found depends on the document alone.
    const spend = (find: () => Known): Outcome => {
      if (left <= 0) return 'open';
      const { outcome, facts } = find();
      left -= facts;
      return outcome;
    };
    const findings: Finding[] = [];
    const byName = areAlone ? undefined : new Map<string, PartyTest[]>();
    for (const [index, test] of tests.all.entries()) {
      if (areAlone && isOpenTest(test)) continue;
      const sets = takesSets(test.name, party);
      // Without those that were warned of: beside one that never holds all others would be warned of too.
      const earlier = byName?.get(test.name) ?? [];
      const alone = spend(() => knownOf(test, sets));
      const found = findingOf(test, alone) ?? besideOthers(test, earlier, sets, spend);
      if (found !== undefined) {
        findings.push({ ...found, header: tests.headerOf(index) });
        continue;
      }
      if (earlier.length === 0) byName?.set(test.name, earlier);
      earlier.push(test);
    }
    return findings;
  };
}

interface Known {
  readonly outcome: Outcome;
  /** How many facts were put to the test for that. */
  readonly facts: number;
}

const open: Known = { outcome: 'open', facts: 0 };

function findingOf(
  { spelled, header }: PartyTest,
  outcome: Outcome,
  others: readonly PartyTest[] = [],
): Omit<Finding, 'header'> | undefined {
  const beside = others.length === 0 ? '' : ` beside '${others.map((other) => other.header).join("', '")}'`;
  const said = `'${header}'${beside}`;
  switch (outcome) {
    case 'never':
      return { code: 'never-holds', message: `${spelled} can never hold: ${said}` };
    case 'always':
      return { code: 'always-holds', message: `${spelled} can never fail: ${said} decides nothing` };
    case 'sets': {
      const message = `${spelled} holds only where the other says several values: ${said}`;
      return { code: 'never-holds', message };
    }
    case 'open':
      return undefined;
  }
}

function besideOthers(
  test: PartyTest,
  earlier: readonly PartyTest[],
  sets: boolean,
  spend: (find: () => Known) => Outcome,
): Omit<Finding, 'header'> | undefined {
  if (earlier.length === 0 || earlier.length >= mostValues) return undefined;
  const all: Test = { kind: 'and', tests: [...earlier, test].map((one) => one.test) };
  const outcome = spend(() => findOutcome(all, sets));
  // Tests that cannot fail together cannot fail one by one.
  return outcome === 'always' ? undefined : findingOf(test, outcome, earlier);
}

/** Of more tests it is not asked at once whether each is alone of its name. */
const fewTests = 16;

/** Whether each of the tests is alone of its name, as those of most documents are. */
function areApart(tests: readonly PartyTest[]): boolean {
  if (tests.length > fewTests) return false;
  for (let index = 0; index < tests.length; index += 1) {
    for (let other = 0; other < index; other += 1)
      if (tests[other]?.name === tests[index]?.name) return false;
  }
  return true;
}

function isOpenTest(test: PartyTest): boolean {
  return test instanceof PlainTest || isOpen(test.test);
}

/** A comparison with what has an order holds of some value, and of nothing that is unsaid; so do equalities, one of which is enough. */
function isOpen(test: Test): boolean {
  if (test.kind === 'or') return test.tests.every(isEquality);
  if (test.kind !== 'compare') return false;
  const { kind } = test.value;
  return isEquality(test) || (test.operator !== '!=' && kind !== 'string' && kind !== 'boolean');
}

function isEquality(test: Test): boolean {
  return test.kind === 'compare' && (test.operator === '=' || test.operator === '==');
}

/** Walltime, Tasks and amounts have one value on the other side; so has a Price for each currency and unit. */
function takesSets(name: string, party: Party | undefined): boolean {
  if (name === 'price') return false;
  return !(
    party?.action === 'Tell' &&
    (name === 'walltime' || name === 'tasks' || rowOf(name)?.kind === 'amount')
  );
}

function findOutcome(test: Test, sets: boolean): Known {
  const values = samplesOf(test, mostValues);
  if (values === undefined) return open;
  const ofNothing = holds(test, undefined) === true;
  let facts = 1;
  for (const value of values) {
    facts += 1;
    // It holds of one and not of another: no more need be tried.
    if ((holds(test, alone(value)) === true) !== ofNothing) return { outcome: 'open', facts };
  }
  if (ofNothing) return { outcome: 'always', facts };
  if (!sets) return { outcome: 'never', facts };
  for (const fact of setsOf(test, values)) {
    facts += 1;
    if (holds(test, fact) === true) return { outcome: values.some(isMeasured) ? 'sets' : 'open', facts };
  }
  return { outcome: 'never', facts };
}

function* setsOf(test: Test, values: readonly Value[]): Generator<Fact> {
  const kept = allowed(test, values);
  if (kept.values.length > 0) yield kept;
  yield* pairsOf(values);
}

function isMeasured({ kind }: Value): boolean {
  return kind === 'number' || kind === 'quantity' || kind === 'timestamp';
}

/** The set of all values that no part of the test forbids: what a list of wishes and bans may take. */
function allowed(test: Test, values: readonly Value[]) {
  const bans: Test[] = [];
  addBans(test, bans);
  const kept =
    bans.length === 0
      ? values
      : values.filter((value) => bans.every((ban) => holds(ban, alone(value)) === true));
  return { values: kept, text: '' };
}

/** Of what all must hold, of lines that are joined too. */
function addBans(test: Test, bans: Test[]): void {
  if (test.kind === 'and') for (const part of test.tests) addBans(part, bans);
  else if (test.kind === 'not' || (test.kind === 'compare' && test.operator === '!=')) bans.push(test);
}

function alone(value: Value): Fact {
  return { values: [value], text: '' };
}
