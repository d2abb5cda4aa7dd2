import { labelOf } from '../documents/label.ts';
import type { Check } from './finding.ts';

/** A Tell that accepts Asks of version 0.1 waives for them what they cannot answer. */
export const checkWaived: Check = ({ headers, party }) => {
  if (party?.action !== 'Tell' || !party.acceptsVersions.includes('0.1')) return [];
  const counted = [
    ...party.tests.map(({ spelled }) => spelled),
    ...(party.requires.length > 0 ? ['Requires'] : []),
    ...(party.prices.length > 0 ? ['Price'] : []),
    ...(party.explicit.length > 0 ? ['Explicit'] : []),
  ];
  if (counted.length === 0) return [];
  const header = headers.findIndex(({ name }) => labelOf(name).spelled === 'Accepts-version');
  const message = `Accepts-version: an Ask of version 0.1 matches whatever this Tell says by ${[...new Set(counted)].join(', ')}`;
  return [{ code: 'tests-waived', message, header }];
};
