import type { Document1 } from '../documents/document.ts';
import { newConditionsCheck } from './conditions.ts';
import { checkCritical } from './critical.ts';
import { checkExactTests } from './exact-tests.ts';
import { type Check, type Finding, PlacedTests } from './finding.ts';
import { newNearNamesCheck } from './near-names.ts';
import { checkOperands } from './operands.ts';
import { newOutcomesCheck } from './outcomes.ts';
import { checkWaived } from './waived.ts';

export type { Finding } from './finding.ts';

/**
 * What is likely wrong with documents that can be read. (What cannot stand at all was refused when it was read.) It
 * remembers what it found of names and tests, within a bound: whoever looks into many documents keeps one.
 */
export function newFindings(): (document: Document1) => readonly Finding[] {
  const checks: readonly Check[] = [
    newNearNamesCheck(),
    checkExactTests,
    newOutcomesCheck(),
    newConditionsCheck(),
    checkOperands,
    checkWaived,
    checkCritical,
  ];
  return (document) => {
    const tests = new PlacedTests(document);
    const findings: Finding[] = [];
    for (const check of checks) for (const finding of check(document, tests)) findings.push(finding);
    return findings;
  };
}

/** What is likely wrong with one document. */
export function findingsOf(document: Document1): readonly Finding[] {
  return newFindings()(document);
}
