import type { Document1 } from '../documents/document.ts';
import { checkCritical } from './critical.ts';
import { checkExactTests } from './exact-tests.ts';
import type { Check, Finding } from './finding.ts';
import { checkNearNames } from './near-names.ts';
import { checkOutcomes } from './outcomes.ts';
import { checkWaived } from './waived.ts';

export type { Finding } from './finding.ts';

const checks: readonly Check[] = [checkNearNames, checkExactTests, checkOutcomes, checkWaived, checkCritical];

/** What is likely wrong with a document that can be read. (What cannot stand at all was refused when it was read.) */
export function findingsOf(document: Document1): Finding[] {
  return checks.flatMap((check) => check(document));
}
