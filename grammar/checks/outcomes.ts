import type { Party, PartyTest } from '../documents/model.ts';
import { holds } from '../tests/evaluate.ts';
import type { Test } from '../tests/test.ts';
import type { Value } from '../values/value.ts';
import { rowOf } from '../vocabulary/names.ts';
import { type Check, type Finding, testsOf } from './finding.ts';
import { factsOf, pairsOf, samplesOf } from './samples.ts';

/** Beyond it a test is not looked into. */
const mostValues = 32;

/**
 * A test that can never hold, alone or with the others of its name, one that holds only where several values are said
 * of what is measured once, and one that can never fail.
 */
export const checkOutcomes: Check = (document) => {
  const findings: Finding[] = [];
  const byName = new Map<string, PartyTest[]>();
  for (const { test, header } of testsOf(document)) {
    const { name, spelled } = test;
    const outcome = outcomeOf(test.test, takesSets(name, document.party));
    const earlier = byName.get(name) ?? [];
    byName.set(name, [...earlier, test]);
    if (outcome === 'never') {
      findings.push({ code: 'never-holds', message: `${spelled} can never hold: '${test.header}'`, header });
    } else if (outcome === 'always') {
      const message = `${spelled} can never fail: '${test.header}' decides nothing`;
      findings.push({ code: 'always-holds', message, header });
    } else if (outcome === 'sets') {
      const message = `${spelled} holds only where the other says several values: '${test.header}'`;
      findings.push({ code: 'never-holds', message, header });
    } else if (earlier.length > 0 && !takesSets(name, document.party)) {
      const all: Test = { kind: 'and', tests: [...earlier, test].map((one) => one.test) };
      if (outcomeOf(all, false) !== 'never') continue;
      const message = `${spelled} can never hold: '${test.header}' beside '${earlier.map((one) => one.header).join("', '")}'`;
      findings.push({ code: 'never-holds', message, header });
    }
  }
  return findings;
};

/** Walltime, Tasks and amounts have one value on the other side; so has a Price for each currency and unit. */
function takesSets(name: string, party: Party | undefined): boolean {
  if (name === 'price') return false;
  return !(
    party?.action === 'Tell' &&
    (name === 'walltime' || name === 'tasks' || rowOf(name)?.kind === 'amount')
  );
}

function outcomeOf(test: Test, sets: boolean): 'never' | 'sets' | 'always' | undefined {
  const values = samplesOf(test, mostValues);
  if (values === undefined) return undefined;
  const alone = [...factsOf(values)].map((fact) => holds(test, fact));
  if (alone.includes(true)) return alone.every((truth) => truth === true) ? 'always' : undefined;
  if (!sets || ![allowed(test, values), ...pairsOf(values)].some((fact) => holds(test, fact) === true)) {
    return 'never';
  }
  return values.some(isMeasured) ? 'sets' : undefined;
}

function isMeasured({ kind }: Value): boolean {
  return kind === 'number' || kind === 'quantity' || kind === 'timestamp';
}

/** The set of all values that no part of the test forbids: what a list of wishes and bans may take. */
function allowed(test: Test, values: readonly Value[]) {
  const bans = (test.kind === 'and' ? test.tests : [test]).filter(
    (part) => part.kind === 'not' || (part.kind === 'compare' && part.operator === '!='),
  );
  const kept = values.filter((value) =>
    bans.every((ban) => holds(ban, { values: [value], text: '' }) === true),
  );
  return { values: kept, text: '' };
}
